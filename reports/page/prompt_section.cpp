#include <fmt/format.h>

#include <algorithm>

#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string described(const Say& say, const PromptTrial& trial) {
  return say("{0}; {1}; {2} examples", "{0}; {1}; 예시 {2}개",
             trial.instruction.empty() ? say("the suite's instruction alone", "묶음의 지시만")
                                       : trial.instruction,
             trial.layout.empty() ? say("the suite's wordings", "묶음의 표현") : trial.layout,
             trial.examples);
}

std::string trial_table(const Say& say, const SuiteReport& suite) {
  Table table(say("{}: prompts tried on dev items", "{}: 개발 문항에 시도한 프롬프트", suite.name),
              {say("Trial", "시도"), say("Prompt", "프롬프트"), say("Dev score", "개발 점수"),
               say("Chosen", "선택")});
  for (const PromptTrial& trial : suite.prompt_trials) {
    table.add({fmt::format("{} #{}", trial.context, trial.trial), described(say, trial),
               score_text(trial.score), trial.chosen ? say("yes", "예") : "–"});
  }
  return table.html();
}

}  // namespace

std::string prompt_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  for (const SuiteReport& suite : model.suites) {
    const auto& trials = suite.prompt_trials;
    const auto chosen =
        std::find_if(trials.begin(), trials.end(), [](const auto& trial) { return trial.chosen; });
    if (chosen == trials.end()) continue;
    finding +=
        (finding.empty() ? "" : " ") +
        say("{0}: of {1} prompts, number {2} was best on dev items ({3}; the suite's own {4}).",
            "{0}: 프롬프트 {1}개 가운데 {2}번이 개발 문항에서 가장 좋았습니다({3}, 묶음의 것은 "
            "{4}).",
            suite.name, trials.size(), chosen->trial, score_text(chosen->score),
            score_text(trials.front().score));
    body += fold(say("{}: all trials", "{}: 모든 시도", suite.name), trial_table(say, suite));
  }
  if (body.empty()) return "";
  const std::string note = paragraph(
      say("Each trial changes the instruction, the layout of the question and the "
          "examples; none adds a fact. All were asked of the base model, and the test "
          "items were opened for the chosen one only. The best of several is better on "
          "dev items than it will be elsewhere.",
          "시도마다 지시, 질문의 배치, 예시를 바꾸며 사실은 더하지 않습니다. 모두 기본 모델에 "
          "물었고, 시험 문항은 선택된 것에만 열었습니다. 여럿 가운데 가장 좋은 것은 다른 곳보다 "
          "개발 문항에서 더 좋습니다."),
      "small");
  return section(model, "prompts", say("Which prompts were tried?", "어떤 프롬프트를 시도했는가?"),
                 finding, body + note);
}

}  // namespace quadrant
