#include <fmt/format.h>

#include <algorithm>

#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string rate_table(const Say& say, const SuiteReport& suite) {
  Table table(say("{}: learning rates tried", "{}: 시도한 학습률", suite.name),
              {say("Tuning", "튜닝"), say("Learning rate", "학습률"), say("Dev score", "개발 점수"),
               say("Chosen", "선택")});
  for (const RateTrial& trial : suite.rate_trials) {
    table.add({say("{0}, seed {1}", "{0}, 시드 {1}", trial.tuning, trial.seed),
               fmt::format("{:.2g}", trial.rate), score_text(trial.score),
               trial.chosen ? say("yes", "예") : "–"});
  }
  return table.html();
}

}  // namespace

std::string rate_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  for (const SuiteReport& suite : model.suites) {
    for (const RateTrial& trial : suite.rate_trials) {
      if (!trial.chosen) continue;
      finding += (finding.empty() ? "" : " ") +
                 say("{0}, {1}, seed {2}: {3:.2g} was best on dev items ({4}).",
                     "{0}, {1}, 시드 {2}: {3:.2g}이(가) 개발 문항에서 가장 좋았습니다({4}).",
                     suite.name, trial.tuning, trial.seed, trial.rate, score_text(trial.score));
    }
    if (suite.rate_trials.empty()) continue;
    body += fold(say("{}: all trials", "{}: 모든 시도", suite.name), rate_table(say, suite));
  }
  if (body.empty()) return "";
  const std::string note = paragraph(
      say("Each rate was trained for itself and asked the dev items; the test items were opened "
          "for the chosen one only. The best of several is better on dev items than it will be "
          "elsewhere.",
          "학습률마다 따로 학습해 개발 문항을 물었고, 시험 문항은 선택된 것에만 열었습니다. 여럿 "
          "가운데 가장 좋은 것은 다른 곳보다 개발 문항에서 더 좋습니다."),
      "small");
  return section(model, "rates",
                 say("Which learning rates were tried?", "어떤 학습률을 시도했는가?"), finding,
                 body + note);
}

}  // namespace quadrant
