#include <fmt/format.h>

#include "harness/stats/verdict_text.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string verdicts(const ReportModel& model, const SuiteReport& suite) {
  std::string text;
  for (const VerdictReport& report : suite.verdicts) {
    if (!report.whole) continue;
    const std::string tuned = report.tuning < 0
                                  ? model.say("no tuned arm", "학습한 모델 없음")
                                  : model.tunings[static_cast<std::size_t>(report.tuning)].name;
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", tuned,
                        to_string(report.verdict.kind, language(model)));
    if (report.verdict.fragile) text += fmt::format(", {}", fragile_word(language(model)));
  }
  return text.empty() ? "–" : text;
}

std::string best(const ReportModel& model, const SuiteReport& suite) {
  const ArmReport* arm = best_arm(suite);
  return arm ? fmt::format("{}\n{}", arm_label(model, *arm), score_with_bounds(arm->score)) : "–";
}

}  // namespace

std::string runs_section(std::span<const ReportModel> models) {
  const Say& say = models.front().say;
  Table table(say("What each run found", "실행마다 찾은 것"),
              {say("Run", "실행"), say("Model", "모델"), say("Suite", "묶음"), say("Items", "문항"),
               say("Verdict", "판정"), say("Best score", "가장 좋은 점수")});
  for (const ReportModel& model : models) {
    for (const SuiteReport& suite : model.suites) {
      table.add({say("Run {}: {}", "실행 {}: {}", model.run_id, model.title), model.model_name,
                 suite.name, std::to_string(suite.answerable), verdicts(model, suite),
                 best(model, suite)});
    }
  }
  return section(
      "runs", say("All runs", "모든 실행"),
      say("Each run is judged by itself; differences between runs are not tested here "
          "(quadrant compare does that).",
          "실행마다 따로 판정합니다. 실행 사이의 차이는 여기서 검정하지 않습니다 (quadrant "
          "compare가 합니다)."),
      table.html());
}

}  // namespace quadrant
