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

std::string sentence(const ReportModel& model, const SuiteReport& suite) {
  std::string text;
  for (const ArmReport& arm : suite.arms) {
    if (!arm.retrieval || is_oracle(model, arm) || arm.tuning != base_tuning(model)) continue;
    const RetrievalFigures& r = *arm.retrieval;
    text += fmt::format(
        "{}On {}, {} finds a relevant passage for {} of the questions and delivers the gold text "
        "into {} of the prompts; the base model scores {} with a hit and {} without.",
        text.empty() ? "" : " ", suite.name, arm_label(model, arm),
        share_text(share(r.hits, r.answers)), share_text(share(r.delivered, r.answers)),
        score_text(r.score_hit), score_text(r.score_miss));
  }
  return text;
}

}  // namespace

std::string retrieval_section(const ReportModel& model) {
  std::string body, finding;
  for (const SuiteReport& suite : model.suites) {
    Table table(fmt::format("{}: what retrieval brought, answerable items", suite.name),
                {"Strategy", "Answers", "Hit", "Score if hit / missed", "Delivered",
                 "Score if delivered / not", "Hit × score + miss × score"});
    bool any = false;
    for (const ArmReport& arm : suite.arms) {
      if (!arm.retrieval) continue;
      any = true;
      const RetrievalFigures& r = *arm.retrieval;
      table.add({arm_label(model, arm), std::to_string(r.answers),
                 share_text(share(r.hits, r.answers)), two(r.score_hit, r.score_miss),
                 share_text(share(r.delivered, r.answers)),
                 two(r.score_delivered, r.score_undelivered), identity(r)});
    }
    if (!any) continue;
    const std::string found = sentence(model, suite);
    finding += (finding.empty() || found.empty() ? "" : " ") + found;
    body += suite_heading(model, suite) + table.html();
  }
  if (body.empty()) return "";
  body += paragraph(
      "A hit means that a passage from a gold document that holds an accepted answer was found; "
      "delivered, that the gold text stands in the final prompt after everything was cut to fit. "
      "The last column must give back the strategy's score: it shows how much is lost in finding "
      "and how much in reading.",
      "small");
  return section("retrieval", "Retrieval",
                 finding.empty() ? "Passages were shown without retrieval." : finding, body);
}

}  // namespace quadrant
