#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/page/costs.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

const char* kind_class(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kInvalid:
      return "k-invalid";
    case VerdictKind::kContextWins:
      return "k-context";
    case VerdictKind::kModelWins:
      return "k-model";
    case VerdictKind::kBothWin:
      return "k-both";
    case VerdictKind::kInterference:
      return "k-clash";
    case VerdictKind::kEquivalent:
    case VerdictKind::kNoVerdict:
      return "k-none";
  }
  return "";
}

std::string badge(const ReportModel& model, const Verdict& verdict) {
  const std::string fragile =
      verdict.fragile ? fmt::format(" · {}", fragile_word(language(model))) : "";
  return fmt::format("<span class=\"kind {}\">{}{}</span>", kind_class(verdict.kind),
                     to_string(verdict.kind, language(model)), fragile);
}

std::string question(const ReportModel& model, const SuiteReport& suite,
                     const VerdictReport& report) {
  const int zero = zero_shot_context(model), base = base_tuning(model);
  const std::string context = report.context < 0
                                  ? model.say("a context (not run)", "컨텍스트 (실행 안 함)")
                                  : arm_label(model, report.context, base);
  const std::string tuned = report.tuning < 0
                                ? model.say("a tuned model (not run)", "학습한 모델 (실행 안 함)")
                                : arm_label(model, zero, report.tuning);
  return model.say("{}: {} or {}?", "{}: {}인가 {}인가?", suite.name, context, tuned);
}

// What must hold for the arms to be comparable, and whether it does.
std::string check_line(const Say& say, const VerdictReport& report) {
  std::string list;
  for (const ManipulationCheck& check : report.checks) {
    const std::string& detail = say.korean() ? check.korean_detail : check.detail;
    list += (list.empty() ? "" : "; ") +
            say("{0}: {1} ({2})", "{0}: {1} ({2})", say.korean() ? check.korean_name : check.name,
                check.passed ? say("holds", "맞음") : say("fails", "틀림"), detail);
  }
  return list.empty() ? "" : paragraph(say("Checked: {}.", "확인: {}.", list), "small");
}

std::string card(const ReportModel& model, const SuiteReport& suite, const VerdictReport& report) {
  std::string body;
  const auto sentences = verdict_sentences(report.verdict, language(model));
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    body += paragraph(sentences[i], i == 0 ? "lead" : "");
  }
  body += check_line(model.say, report);
  return fmt::format("<article class=\"card {}\">\n<h3>{}</h3>\n<p>{}</p>\n{}</article>\n",
                     kind_class(report.verdict.kind), escape_html(question(model, suite, report)),
                     badge(model, report.verdict), body);
}

std::string contrast_text(const Contrast& contrast) {
  if (!contrast.available) return "n/a";
  return fmt::format("{}\n{}", format_points(contrast.estimate),
                     format_bounds(contrast.low, contrast.high));
}

std::string slice_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  Table table(say("{} by slice: differences in points", "{}, 부분별: 점수 차이", suite.name),
              {say("Slice", "부분"), say("Tuned arm", "학습한 모델"), say("Verdict", "판정"),
               say("Items", "문항"), say("Context − base", "컨텍스트 − 기본"),
               say("Model − base", "모델 − 기본"), say("Context − model", "컨텍스트 − 모델"),
               say("Both − best single", "둘 다 − 더 나은 하나")});
  bool any = false;
  for (const VerdictReport& report : suite.verdicts) {
    if (report.whole) continue;
    any = true;
    const auto& t = report.verdict.contrasts;
    const std::string tuned =
        report.tuning < 0 ? "n/a" : model.tunings[static_cast<std::size_t>(report.tuning)].name;
    table.add(
        {slice_name(say, report.slice), tuned,
         to_string(report.verdict.kind, language(model)) +
             (report.verdict.fragile ? fmt::format("\n{}", fragile_word(language(model))) : ""),
         std::to_string(std::max({t[0].n, t[1].n, t[2].n})), contrast_text(t[0]),
         contrast_text(t[1]), contrast_text(t[2]), contrast_text(t[3])});
  }
  return any ? table.html() : "";
}

std::string warning_box(const ReportModel& model) {
  if (model.warnings.empty()) return "";
  std::string list;
  for (const std::string& warning : model.warnings) {
    list += fmt::format("<li>{}</li>\n", escape_html(warning));
  }
  return fmt::format(
      "<aside class=\"care\" aria-labelledby=\"{0}care\"><h3 id=\"{0}care\">{1}</h3>\n<ul>\n{2}"
      "</ul></aside>\n",
      model.anchor, model.say("Read with care", "주의해서 읽을 것"), list);
}

std::string overall(const ReportModel& model) {
  int verdicts = 0;
  std::string text;
  for (const SuiteReport& suite : model.suites) {
    for (const VerdictReport& report : suite.verdicts) {
      if (!report.whole) continue;
      ++verdicts;
      const std::string tuned = report.tuning < 0
                                    ? model.say("no tuned arm", "학습한 모델 없음")
                                    : model.tunings[static_cast<std::size_t>(report.tuning)].name;
      text += model.say("{}{} with {}: {}", "{}{}, {}: {}", text.empty() ? "" : "; ", suite.name,
                        tuned, to_string(report.verdict.kind, language(model)));
    }
  }
  if (verdicts > 0) return text + ".";
  return model.say("There is nothing to judge yet: no answers with scores.",
                   "아직 판정할 것이 없습니다. 채점된 답이 없습니다.");
}

}  // namespace

std::string verdict_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body;
  for (const SuiteReport& suite : model.suites) {
    const std::string what_to_use = advice(model, suite);
    if (!what_to_use.empty()) body += paragraph(what_to_use, "lead");
    for (const VerdictReport& report : suite.verdicts) {
      if (report.whole) body += card(model, suite, report);
    }
    const std::string slices = slice_table(model, suite);
    if (!slices.empty()) {
      body += heading(3, model.suites.size() > 1 ? say("{} by slice", "{}, 부분별", suite.name)
                                                 : say("By slice", "부분별")) +
              slices;
    }
  }
  body += warning_box(model);
  body += paragraph(
      say("Differences are in points, hundredths of the metric's range; brackets hold 95 % "
          "intervals over clusters of items. The five differences of a verdict are one family: a "
          "difference counts as detected when its Holm-adjusted p is at most .05 and its interval "
          "leaves out 0. Differences below {} points are held too small to matter.",
          "차이는 점, 곧 지표 범위의 100분의 1이고, 괄호는 문항 군집에 대한 95 % 신뢰구간입니다. "
          "한 판정의 다섯 차이는 한 묶음이며, Holm 보정한 p가 .05 이하이고 구간에 0이 없을 때 "
          "검출되었다고 봅니다. {}점보다 작은 차이는 중요하지 않다고 봅니다.",
          score_text(model.margin)),
      "small");
  return section(model, "verdict", say("Verdict", "판정"), overall(model), body);
}

}  // namespace quadrant
