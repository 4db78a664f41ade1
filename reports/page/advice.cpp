#include <cmath>

#include "reports/page/costs.h"
#include "reports/page/html.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

struct Leaders {
  const ArmReport* best = nullptr;
  const ArmReport* cheapest = nullptr;  // to ask, of all that are not told from the best
  std::string others;                   // names, without the best
};

Leaders leaders_of(const ReportModel& model, const SuiteReport& suite, CostUnit unit) {
  Leaders leaders;
  leaders.best = best_arm(suite);
  for (const ArmReport& arm : suite.arms) {
    if (!arm.among_best) continue;
    const double cost = question_cost(model, arm, unit);
    if (std::isnan(cost)) continue;
    if (!leaders.cheapest || cost < question_cost(model, *leaders.cheapest, unit)) {
      leaders.cheapest = &arm;
    }
  }
  for (const ArmReport& arm : suite.arms) {
    if (!arm.among_best || &arm == leaders.best) continue;
    leaders.others += (leaders.others.empty() ? "" : ", ") + arm_label(model, arm);
  }
  return leaders;
}

// When a tuned model without context has paid for its training, against the contexts that read.
std::string pay_back(const ReportModel& model, const SuiteReport& suite, const ArmReport& arm,
                     CostUnit unit) {
  std::string text;
  if (arm.context != zero_shot_context(model)) return text;
  for (const BreakEven& even : suite.break_even) {
    const BreakEvenCount& count = count_of(even, unit);
    if (even.tuning != arm.tuning || !std::isfinite(count.questions)) continue;
    text += model.say(
        " Against {0}, the training of {1} is paid back after {2} questions per version of the "
        "knowledge.",
        " {0} 방식에 견주어 {1} 방식의 학습 비용은 지식 한 판마다 질문 {2}개 뒤에 되찾습니다.",
        model.contexts[static_cast<std::size_t>(even.context)].name, arm_label(model, arm),
        band_text(model.say, count));
  }
  return text;
}

}  // namespace

std::string advice(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  const CostUnit unit = figure_unit(model);
  const Leaders leaders = leaders_of(model, suite, unit);
  if (!leaders.best) return "";
  std::string text = say(
      "On {}, {} scores best: {} ({}).", "{}: {} 방식의 점수가 가장 좋습니다, {} ({}).", suite.name,
      arm_label(model, *leaders.best), score_with_bounds(leaders.best->score), suite.metric);
  if (!leaders.others.empty()) {
    text += say(" These data cannot tell it from {}.",
                " 이 데이터로는 다음 방식과 구별되지 않습니다: {}.", leaders.others);
  }
  if (!leaders.cheapest) return text;
  if (!leaders.others.empty()) {
    text += say(" Of these, {} is the cheapest to ask: {} for 1,000 questions.",
                " 이 가운데 묻는 비용이 가장 낮은 것은 {} 방식입니다. 질문 1,000개에 {}.",
                arm_label(model, *leaders.cheapest),
                cost_text(model, unit, 1000 * question_cost(model, *leaders.cheapest, unit)));
  }
  return text + pay_back(model, suite, *leaders.cheapest, unit);
}

}  // namespace quadrant
