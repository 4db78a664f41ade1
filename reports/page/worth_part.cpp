#include <fmt/format.h>

#include <cmath>

#include "reports/page/costs.h"
#include "reports/page/html.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string amount(const ReportModel& model, double value) {
  return std::isinf(value) ? model.say("never", "없음")
                           : cost_text(model, figure_unit(model), value);
}

std::string threshold(const ReportModel& model, const WorthRange& range) {
  return fmt::format("{} [{}, {}]", amount(model, range.low), amount(model, range.low_band.low),
                     amount(model, range.low_band.high));
}

std::string range_text(const ReportModel& model, const WorthRange& range,
                       const WorthRange* better) {
  const Say& say = model.say;
  if (range.low == 0 && !better) return say("always", "언제나");
  if (range.low == 0) return say("less than {}", "{} 미만", amount(model, better->low));
  if (!better) return say("more than {}", "{} 초과", threshold(model, range));
  return say("more than {}, and less than {}", "{} 초과, {} 미만", threshold(model, range),
             amount(model, better->low));
}

}  // namespace

std::string worth_part(const ReportModel& model, const SuiteReport& suite) {
  if (suite.worth.empty()) return "";
  const Say& say = model.say;
  const CostUnit unit = figure_unit(model);
  Table table(
      say("{}: the best choice, by what a point of score is worth in 1,000 questions ({})",
          "{}: 질문 1,000개에서 점수 1점의 값에 따른 최선의 방식 ({})", suite.name,
          unit_name(say, unit)),
      {say("Strategy", "방식"), say("Score", "점수"), say("1,000 questions", "질문 1,000개"),
       say("Best while a point is worth", "점수 1점의 값이 이럴 때 최선")});
  for (std::size_t r = 0; r < suite.worth.size(); ++r) {
    const WorthRange& range = suite.worth[r];
    const ArmReport& arm = suite.arms[static_cast<std::size_t>(range.arm)];
    table.add({arm_label(model, arm), score_text(arm.score.mean),
               cost_text(model, unit, 1000 * question_cost(model, arm, unit)),
               range_text(model, range, r > 0 ? &suite.worth[r - 1] : nullptr)});
  }
  return heading(3, say("How much must a point be worth?", "점수 1점의 값은 얼마여야 하는가")) +
         table.html() +
         paragraph(
             say("A dearer strategy is the choice only while what its points bring is more than "
                 "what they cost. Brackets hold the 95 % interval of the lower end, from the "
                 "paired "
                 "difference of the two scores; \"never\" in it: the two cannot be told apart. "
                 "Training is not counted here.",
                 "더 비싼 방식은 더 얻는 점수의 값이 더 드는 비용보다 클 때에만 최선입니다. 괄호는 "
                 "아래쪽 끝의 95 % 구간으로, 두 방식의 짝지은 점수 차이에서 구했습니다. 괄호 안의 "
                 "\"없음\"은 둘을 구별할 수 없다는 뜻입니다. 학습 비용은 넣지 않았습니다."),
             "small");
}

}  // namespace quadrant
