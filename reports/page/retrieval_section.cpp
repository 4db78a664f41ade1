#include <fmt/format.h>

#include <cmath>

#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

double share(int part, int whole) {
  return whole > 0 ? static_cast<double>(part) / whole : kUnknown;
}

// hit x score|hit + (1 - hit) x score|miss, which must give back the score.
std::string identity(const RetrievalFigures& figures) {
  const double hit = share(figures.hits, figures.answers);
  std::string text;
  double sum = 0;
  const auto add = [&](double part, double score) {
    if (part == 0 || std::isnan(score)) return;
    text += fmt::format("{}{} × {}", text.empty() ? "" : " + ", decimal_text(part, 3),
                        score_text(score));
    sum += part * score;
  };
  add(hit, figures.score_hit);
  add(1 - hit, figures.score_miss);
  return text + " = " + score_text(sum);
}

std::string two(double first, double second) {
  return score_text(first) + " / " + score_text(second);
}

std::string retrieval_sentence(const ReportModel& model, const SuiteReport& suite) {
  std::string text;
  for (const ArmReport& arm : suite.arms) {
    if (!arm.retrieval || is_oracle(model, arm) || arm.tuning != base_tuning(model) ||
        is_counterfactual(model, arm)) {
      continue;
    }
    const RetrievalFigures& r = *arm.retrieval;
    text += model.say(
        "{}On {}, {} finds a relevant passage for {} of the questions and delivers the gold text "
        "into {} of the prompts.",
        "{}{}: {} 방식은 질문의 {}에서 관련 문단을 찾고, 프롬프트의 {}에 정답 글을 전달합니다.",
        text.empty() ? "" : " ", suite.name, arm_label(model, arm),
        share_text(share(r.hits, r.answers)), share_text(share(r.delivered, r.answers)));
    if (std::isnan(r.score_hit) || std::isnan(r.score_miss)) continue;
    text += model.say(" The base model scores {} with a hit and {} without.",
                      " 기본 모델의 점수는 찾았을 때 {}, 못 찾았을 때 {}입니다.",
                      score_text(r.score_hit), score_text(r.score_miss));
  }
  return text;
}

std::string brought_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  Table table(say("{}: what retrieval brought, answerable items",
                  "{}: 검색이 가져온 것, 답할 수 있는 문항", suite.name),
              {say("Strategy", "방식"), say("Answers", "답"), say("Hit", "찾음"),
               say("Score if hit / missed", "점수: 찾음 / 못 찾음"), say("Delivered", "전달"),
               say("Score if delivered / not", "점수: 전달 / 아님"),
               say("Hit × score + miss × score", "찾음 × 점수 + 못 찾음 × 점수"),
               say("K-Precision", "K-Precision")});
  bool any = false;
  for (const ArmReport& arm : suite.arms) {
    if (!arm.retrieval || is_counterfactual(model, arm)) continue;
    any = true;
    const RetrievalFigures& r = *arm.retrieval;
    table.add(
        {arm_label(model, arm), std::to_string(r.answers), share_text(share(r.hits, r.answers)),
         two(r.score_hit, r.score_miss), share_text(share(r.delivered, r.answers)),
         two(r.score_delivered, r.score_undelivered), identity(r), score_text(r.k_precision)});
  }
  return any ? table.html() : "";
}

std::string swapped_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  Table table(
      say("{}: answers to passages in which the gold value was swapped for another",
          "{}: 정답 값을 다른 값으로 바꾼 문단에 대한 답", suite.name),
      {say("Strategy", "방식"), say("Answers", "답"), say("Follow the passage", "문단을 따름"),
       say("Keep the old value", "옛 값을 지킴"), say("Neither or both", "둘 다 아니거나 둘 다")});
  bool any = false;
  for (const ArmReport& arm : suite.arms) {
    if (!arm.retrieval || arm.retrieval->swapped == 0) continue;
    any = true;
    const RetrievalFigures& r = *arm.retrieval;
    table.add({arm_label(model, arm), std::to_string(r.swapped),
               share_text(share(r.followed, r.swapped)), share_text(share(r.kept, r.swapped)),
               share_text(share(r.swapped - r.followed - r.kept, r.swapped))});
  }
  return any ? table.html() : "";
}

}  // namespace

std::string retrieval_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  for (const SuiteReport& suite : model.suites) {
    const std::string tables = brought_table(model, suite) + swapped_table(model, suite);
    if (tables.empty()) continue;
    const std::string found = retrieval_sentence(model, suite);
    finding += (finding.empty() || found.empty() ? "" : " ") + found;
    body += suite_heading(model, suite) + tables;
  }
  if (body.empty()) return "";
  body += paragraph(
      say("A hit means that a passage from a gold document that holds an accepted answer was "
          "found; "
          "delivered, that the gold text stands in the final prompt after everything was cut to "
          "fit. The sum must give back the strategy's score: it shows how much is lost in finding "
          "and how much in reading. K-Precision is the share of an answer's words that stand in "
          "its passages.",
          "찾음은 정답 문서에서 정답이 든 문단을 찾았다는 뜻이고, 전달은 길이에 맞춰 자른 뒤 "
          "마지막 프롬프트에 그 글이 있다는 뜻입니다. 합은 그 방식의 점수와 같아야 하며, "
          "찾기에서 얼마를 잃고 읽기에서 얼마를 잃는지 보입니다. K-Precision은 답의 낱말 가운데 "
          "문단에 있는 것의 비율입니다."),
      "small");
  if (finding.empty()) {
    finding = say("Passages were shown without retrieval.", "검색 없이 문단을 보였습니다.");
  }
  return section(model, "retrieval", say("Retrieval", "검색"), finding, body);
}

}  // namespace quadrant
