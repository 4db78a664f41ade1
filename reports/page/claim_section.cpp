#include <fmt/format.h>

#include <algorithm>
#include <climits>

#include "harness/stats/verdict_text.h"
#include "reports/page/differences.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/page/tally.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string outcome_word(const Say& say, ClaimOutcome outcome) {
  switch (outcome) {
    case ClaimOutcome::kSupported:
      return say("SUPPORTED HERE", "여기서는 맞음");
    case ClaimOutcome::kRefuted:
      return say("REFUTED HERE", "여기서는 틀림");
    case ClaimOutcome::kMixed:
      return say("MIXED", "엇갈림");
    case ClaimOutcome::kCannotTell:
      return say("CANNOT TELL", "알 수 없음");
    case ClaimOutcome::kNotMeasured:
      return say("not measured", "측정 안 함");
  }
  return "";
}

std::string expected_words(const Say& say, Expected expected) {
  switch (expected) {
    case Expected::kAbove:
      return say("above 0", "0보다 큼");
    case Expected::kBelow:
      return say("below 0", "0보다 작음");
    case Expected::kNotAbove:
      return say("no gain that matters", "중요한 향상 없음");
    case Expected::kSame:
      return say("as good as 0", "0과 다름없음");
  }
  return "";
}

std::string part_outcome(const Say& say, int outcome) {
  return outcome > 0   ? say("holds", "맞음")
         : outcome < 0 ? say("fails", "틀림")
                       : say("cannot be told", "알 수 없음");
}

const std::string& statement(const Say& say, const Claim& claim) {
  return say.korean() ? claim.korean : claim.english;
}

const std::string& scope(const Say& say, const Claim& claim) {
  return say.korean() ? claim.scope_korean : claim.scope_english;
}

std::string claim_list(const ReportModel& model) {
  const Say& say = model.say;
  std::string list;
  for (const ClaimReport& report : model.claims) {
    if (report.measured.empty()) continue;
    std::string word = outcome_word(say, report.outcome);
    if (report.parts_missing > 0) {
      word += say(" ({} of {} parts measured)", " ({1}개 가운데 {0}개 측정)",
                  static_cast<int>(report.claim->parts.size()) - report.parts_missing,
                  report.claim->parts.size());
    }
    list +=
        fmt::format("<li><strong>{}, {}:</strong> {} ({}) {}</li>\n", report.claim->id,
                    escape_html(word), escape_html(statement(say, *report.claim)),
                    escape_html(claim_tally(say, report)), escape_html(scope(say, *report.claim)));
  }
  return "<ul>\n" + list + "</ul>\n";
}

std::string number_table(const ReportModel& model) {
  const Say& say = model.say;
  Table table(say("The differences behind them", "그 뒤의 차이"),
              {say("Claim", "주장"), say("Difference, 95 % interval", "차이, 95 % 신뢰구간"),
               say("Expected", "예측"), say("Holm p", "Holm p"),
               say("Items (clusters)", "문항 (군집)"), say("Outcome", "결과")});
  for (const ClaimReport& report : model.claims) {
    for (const ClaimMeasurement& found : report.measured) {
      const MeanInterval& d = found.difference;
      table.add({fmt::format("{} {}\n{}{}, {}", report.claim->id, found.description, found.suite,
                             found.part.slice.empty() ? "" : ", " + found.part.slice, found.metric),
                 fmt::format("{} {}", format_points(d.mean), format_bounds(d.low, d.high)),
                 expected_words(say, found.part.expected), p_text(found.holm_p),
                 fmt::format("{} ({})", d.n, d.clusters), part_outcome(say, found.outcome)});
    }
  }
  return table.html();
}

// What the other claims would need.
std::string missing_list(const ReportModel& model) {
  const Say& say = model.say;
  std::string list;
  for (const ClaimReport& report : model.claims) {
    if (!report.measured.empty()) continue;
    std::string suites;
    for (const ClaimPart& part : report.claim->parts) {
      for (const std::string& suite : {part.suite, part.second_suite}) {
        if (suites.find(suite) == std::string::npos) suites += (suites.empty() ? "" : ", ") + suite;
      }
    }
    list += (list.empty() ? "" : "; ") + report.claim->id + " (" +
            (suites.empty() ? scope(say, *report.claim) : suites) + ")";
  }
  if (list.empty()) return "";
  return paragraph(say("Not measured by this run, with what it would take: {}.",
                       "이 실행이 재지 않은 것과 그에 필요한 것: {}.", list),
                   "small");
}

std::string audit_finding(const ReportModel& model) {
  const Say& say = model.say;
  std::string text;
  int measured = 0;
  for (const ClaimReport& report : model.claims) measured += !report.measured.empty();
  text = say("Of {} claims about fine-tuning and context, this run speaks to {}",
             "미세 조정과 컨텍스트에 대한 주장 {}개 가운데 이 실행이 다루는 것은 {}개입니다",
             model.claims.size(), measured);
  std::string named;
  for (const ClaimReport& report : model.claims) {
    if (report.measured.empty()) continue;
    named +=
        (named.empty() ? "" : "; ") + report.claim->id + " " + outcome_word(say, report.outcome);
  }
  return text + ": " + named + ".";
}

}  // namespace

std::string claim_tally(const Say& say, const ClaimReport& report) {
  int holds = 0, fails = 0, open = 0, fewest = INT_MAX, most = 0;
  for (const ClaimMeasurement& found : report.measured) {
    ++(found.outcome > 0 ? holds : found.outcome < 0 ? fails : open);
    fewest = std::min(fewest, found.difference.n);
    most = std::max(most, found.difference.n);
  }
  return say("measured {}: holds {}, fails {}, cannot be told {}; items {}",
             "측정 {}개: 맞음 {}, 틀림 {}, 알 수 없음 {}; 문항 {}", report.measured.size(), holds,
             fails, open,
             fewest == most ? fmt::format("{}", most) : fmt::format("{}-{}", fewest, most));
}

std::string claim_section(const ReportModel& model) {
  const Say& say = model.say;
  const auto measured = [](const ClaimReport& report) { return !report.measured.empty(); };
  if (std::none_of(model.claims.begin(), model.claims.end(), measured)) return "";
  const std::string note = paragraph(
      say("A claim is supported here when all its differences are as it says, detected with "
          "Holm's correction over all of this table; refuted when one is detected the other way "
          "or shown to be too small to matter ({} points); mixed when they disagree. One model "
          "and one data set: elsewhere it may be otherwise.",
          "주장의 모든 차이가 말한 대로이고, 이 표 전체에 대한 Holm 보정 뒤에도 검출되면 여기서는 "
          "맞다고 합니다. 하나라도 반대로 검출되거나 중요하지 않을 만큼({}점) 작다고 밝혀지면 "
          "틀리다고 합니다. 서로 다르면 엇갈림입니다. 모델 하나와 데이터 하나에서 본 것이며, 다른 "
          "곳에서는 다를 수 있습니다.",
          score_text(model.margin)),
      "small");
  return section(model, "claims", say("What is often said", "흔히 하는 말"), audit_finding(model),
                 claim_list(model) +
                     fold(say("The differences behind them", "그 뒤의 차이"), number_table(model)) +
                     note + missing_list(model));
}

}  // namespace quadrant
