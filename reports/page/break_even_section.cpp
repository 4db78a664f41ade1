#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"
#include "reports/page/costs.h"
#include "reports/page/html.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string questions_text(const Say& say, double questions) {
  if (std::isnan(questions)) return "n/a";
  if (std::isinf(questions)) return say("never", "없음");
  return rounded_text(std::ceil(questions));
}

std::string context_name(const ReportModel& model, const BreakEven& even) {
  return model.contexts[static_cast<std::size_t>(even.context)].name;
}

std::string tuning_name(const ReportModel& model, const BreakEven& even) {
  return model.tunings[static_cast<std::size_t>(even.tuning)].name;
}

std::string even_sentence(const ReportModel& model, const BreakEven& even) {
  const CostUnit unit = figure_unit(model);
  const BreakEvenCount& count = count_of(even, unit);
  const std::string context = context_name(model, even), tuned = tuning_name(model, even);
  if (std::isnan(count.questions)) return "";
  if (std::isinf(count.questions)) {
    return model.say("{0} never costs less than {1}: its questions are not cheaper.",
                     "{0} 방식은 {1} 방식보다 싸지지 않습니다. 질문 하나의 비용이 더 낮지 않기 "
                     "때문입니다.",
                     tuned, context);
  }
  return model.say(
      "By {3}, {0} costs less than {1} from {2} questions per version of the knowledge on.",
      "{3} 기준으로, 지식 한 판마다 질문이 {2}개를 넘으면 {0} 방식이 {1} 방식보다 쌉니다.", tuned,
      context, band_text(model.say, count), unit_name(model.say, unit));
}

std::string even_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  std::vector<std::string> columns{say("Trained, instead of", "학습한 쪽 (대신할 것)")};
  const std::vector<CostUnit> units = cost_units(model);
  for (const CostUnit unit : units) {
    columns.push_back(say("Training, {}", "학습, {}", unit_name(say, unit)));
    columns.push_back(say("Saved a question", "질문당 절약"));
    columns.push_back(say("Break-even", "손익분기 질문 수"));
  }
  const double search = model.search_effort.training_flops + model.search_effort.answer_flops;
  if (search > 0) columns.push_back(say("Compute, with the search", "탐색까지 넣은 연산 기준"));
  Table table(say("{}: questions per version of the knowledge after which training has cost less",
                  "{}: 지식 한 판마다 학습이 더 싸지는 질문 수", suite.name),
              columns);
  for (const BreakEven& even : suite.break_even) {
    std::vector<std::string> row{
        say("{}, not {}", "{} ({} 대신)", tuning_name(model, even), context_name(model, even))};
    for (const CostUnit unit : units) {
      const BreakEvenCount& count = count_of(even, unit);
      row.push_back(cost_text(model, unit, count.training));
      row.push_back(cost_text(model, unit, count.saved));
      row.push_back(band_text(say, count));
    }
    if (search > 0) {
      const double whole = (even.flops.training + search) / even.flops.saved;
      row.push_back(questions_text(say, even.flops.saved > 0 ? whole : even.flops.questions));
    }
    table.add(row);
  }
  return table.html();
}

std::string update_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  const CostUnit unit = figure_unit(model);
  Table table(say("{}: questions a month from which training costs less, by how often the "
                  "knowledge changes ({})",
                  "{}: 지식이 바뀌는 빈도별로, 학습이 더 싸지는 한 달 질문 수 ({})", suite.name,
                  unit_name(say, unit)),
              {say("Trained, instead of", "학습한 쪽 (대신할 것)"),
               say("Once a year", "1년에 한 번"), say("Once a month", "한 달에 한 번"),
               say("Once a week", "한 주에 한 번"), say("Every day", "날마다")});
  for (const BreakEven& even : suite.break_even) {
    const BreakEvenCount& count = count_of(even, unit);
    if (!std::isfinite(count.questions)) continue;
    std::vector<std::string> row{
        say("{}, not {}", "{} ({} 대신)", tuning_name(model, even), context_name(model, even))};
    for (const double updates : {1 / 12.0, 1.0, 365 / 84.0, 365 / 12.0}) {  // a month
      BreakEvenCount scaled = count;
      for (double* value : {&scaled.questions, &scaled.low, &scaled.high}) *value *= updates;
      row.push_back(band_text(say, scaled));
    }
    table.add(row);
  }
  return table.html();
}

CostLine line_of(const ReportModel& model, const SuiteReport& suite, const ArmReport& arm,
                 CostUnit unit) {
  return {arm_label(model, arm), arm.tuning, arm.context,
          training_cost(model, suite, arm.tuning, unit).mean, question_cost(model, arm, unit)};
}

CostLines lines_of(const ReportModel& model, const SuiteReport& suite) {
  const CostUnit unit = figure_unit(model);
  const int zero = zero_shot_context(model), base = base_tuning(model);
  CostLines lines;
  for (const ArmReport& arm : suite.arms) {
    const bool single = arm.context == zero || arm.tuning == base;
    if (!single || is_oracle(model, arm)) continue;
    const CostLine line = line_of(model, suite, arm, unit);
    if (line.each > 0 && std::isfinite(line.each + line.once)) lines.lines.push_back(line);
  }
  for (const BreakEven& even : suite.break_even) {
    const BreakEvenCount& count = count_of(even, unit);
    if (!std::isfinite(count.questions)) continue;
    lines.marks.push_back(
        {model.say("{}, not {}: {}", "{} ({} 대신): {}", tuning_name(model, even),
                   context_name(model, even), questions_text(model.say, count.questions)),
         count.questions, count.low, count.high});
  }
  lines.x_title = model.say("questions per version of the knowledge", "지식 한 판마다의 질문 수");
  lines.y_title = model.say("total {}", "모두 합한 {}", cost_title(model, unit));
  lines.cost_label = cost_tick(unit);
  return lines;
}

}  // namespace

const BreakEvenCount& count_of(const BreakEven& even, CostUnit unit) {
  return unit == CostUnit::kFlops     ? even.flops
         : unit == CostUnit::kSeconds ? even.seconds
                                      : even.money;
}

std::string band_text(const Say& say, const BreakEvenCount& count) {
  std::string text = questions_text(say, count.questions);
  if (std::isfinite(count.low) || std::isfinite(count.high)) {
    text +=
        fmt::format(" [{}, {}]", questions_text(say, count.low), questions_text(say, count.high));
  }
  return text;
}

std::string break_even_finding(const ReportModel& model, const SuiteReport& suite) {
  std::string text;
  for (const BreakEven& even : suite.break_even) {
    const std::string sentence = even_sentence(model, even);
    if (!sentence.empty()) text += (text.empty() ? "" : " ") + sentence;
  }
  return text;
}

std::string break_even_part(const ReportModel& model, const SuiteReport& suite,
                            const std::string& id) {
  if (suite.break_even.empty()) return "";
  const Say& say = model.say;
  std::string body = heading(
      3, say("From how many questions on does training pay?", "질문이 몇 개부터 학습이 이득인가"));
  body += paragraph(break_even_finding(model, suite));
  CostLines lines = lines_of(model, suite);
  if (lines.lines.size() > 1) {
    lines.words = {id,
                   say("{}: total cost against questions", "{}: 질문 수에 따른 총비용", suite.name),
                   break_even_finding(model, suite)};
    body +=
        figure(say, draw_cost_lines(lines),
               say("Both axes are logarithmic. A strategy starts at the cost of its training "
                   "and rises with every question; the lowest line is the cheapest at that "
                   "volume. A vertical line marks where training has been paid back, the "
                   "shade beside it how sure that is.",
                   "두 축 모두 로그입니다. 방식마다 학습 비용에서 시작해 질문마다 올라가고, 그 "
                   "질문 수에서 가장 낮은 선이 가장 쌉니다. 세로선은 학습 비용을 되찾는 곳이고, "
                   "옆의 그늘은 그것이 얼마나 확실한지를 보입니다."));
  }
  body += even_table(model, suite) + update_table(model, suite);
  return body +
         paragraph(
             say("Training is paid once for every version of the knowledge; what a context "
                 "shows is read anew with every question. Bands hold the 95 % interval of "
                 "what a question saves and the spread of the trainings over seeds. \"Never\": "
                 "the tuned model is not cheaper to ask. The two need not answer equally "
                 "well: see the scores.",
                 "학습은 지식이 바뀔 때마다 한 번 치르고, 컨텍스트는 질문마다 다시 읽습니다. "
                 "구간에는 질문당 절약의 95 % 구간과 시드별 학습 비용의 폭이 들어 있습니다. "
                 "\"없음\"은 학습한 모델에 묻는 것이 더 싸지 않다는 뜻입니다. 둘의 답이 똑같이 "
                 "좋은 것은 아니니 점수를 함께 보십시오."),
             "small");
}

}  // namespace quadrant
