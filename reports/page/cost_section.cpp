#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"
#include "reports/page/costs.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string milliseconds(double value) { return duration_text(value / 1000); }

// What 1,000 questions cost, and what was paid once before.
std::string thousand_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  std::vector<std::string> columns{say("Strategy", "방식"), say("Score", "점수")};
  for (const CostUnit unit : cost_units(model)) {
    columns.push_back(say("1,000 questions, {}", "질문 1,000개, {}", unit_name(say, unit)));
    columns.push_back(say("Training, {}", "학습, {}", unit_name(say, unit)));
  }
  Table table(say("{}: cost of 1,000 questions, and of the training before them, once",
                  "{}: 질문 1,000개의 비용과 그 전에 한 번 치르는 학습 비용", suite.name),
              columns);
  for (const ArmReport& arm : suite.arms) {
    std::vector<std::string> row{arm_label(model, arm), score_text(arm.score.mean)};
    for (const CostUnit unit : cost_units(model)) {
      row.push_back(cost_text(model, unit, 1000 * question_cost(model, arm, unit)));
      const double once = training_cost(model, suite, arm.tuning, unit).mean;
      row.push_back(once == 0 ? "–" : cost_text(model, unit, once));
    }
    table.add(row);
  }
  return table.html();
}

bool energy_known(const SuiteReport& suite) {
  return std::any_of(suite.arms.begin(), suite.arms.end(),
                     [](const ArmReport& arm) { return !std::isnan(arm.costs.energy_j); });
}

std::string bytes_or(std::int64_t bytes, const char* none) {
  return bytes > 0 ? bytes_text(bytes) : none;
}

std::string question_table(const ReportModel& model, const SuiteReport& suite) {
  const Say& say = model.say;
  const bool energy = energy_known(suite);
  std::vector<std::string> columns{
      say("Strategy", "방식"),           say("Prompt tokens", "프롬프트 토큰"),
      say("Answer tokens", "답 토큰"),   say("Wall time", "벽시계 시간"),
      say("Median", "중앙값"),           say("95th percentile", "95 백분위"),
      say("Peak memory", "최대 메모리"), say("Search index", "검색 인덱스")};
  if (energy) columns.push_back(say("Energy", "에너지"));
  Table table(say("{}: one question", "{}: 질문 하나", suite.name), columns);
  for (const ArmReport& arm : suite.arms) {
    const ArmCosts& cost = arm.costs;
    std::vector<std::string> row{arm_label(model, arm),
                                 decimal_text(cost.prompt_tokens, 0),
                                 decimal_text(cost.output_tokens, 1),
                                 duration_text(cost.seconds),
                                 milliseconds(cost.median_ms),
                                 milliseconds(cost.p95_ms),
                                 bytes_or(cost.peak_bytes, "n/a"),
                                 bytes_or(cost.index_bytes, "–")};
    if (energy) row.push_back(energy_text(cost.energy_j));
    table.add(row);
  }
  const std::string note =
      energy ? say("Energy is that of the whole machine meanwhile, as its processors and GPUs "
                   "count it.",
                   "에너지는 그동안 기계 전체가 쓴 것으로, 프로세서와 GPU가 센 값입니다.")
             : say("Energy could not be read on this machine.",
                   "이 기계에서는 에너지를 읽을 수 없었습니다.");
  return fold(say("Tokens, latency, memory and energy of one question",
                  "질문 하나의 토큰, 지연, 메모리, 에너지"),
              table.html() + paragraph(note, "small"));
}

ParetoPlot pareto_of(const ReportModel& model, const SuiteReport& suite, const std::string& id) {
  const CostUnit unit = figure_unit(model);
  const Say& say = model.say;
  ParetoPlot plot;
  plot.cost_title = say("{}, 1,000 questions, training not included", "{}, 질문 1,000개, 학습 제외",
                        cost_title(model, unit));
  plot.score_title = say("score", "점수");
  plot.cost_label = cost_tick(unit);
  for (const ArmReport& arm : suite.arms) {
    plot.points.push_back({arm_label(model, arm),
                           1000 * question_cost(model, arm, unit),
                           {arm.score.mean, arm.score.low, arm.score.high},
                           arm.tuning,
                           is_oracle(model, arm)});
  }
  const auto best = on_frontier(plot.points);
  std::string names;
  for (std::size_t i = 0; i < plot.points.size(); ++i) {
    if (best[i]) names += (names.empty() ? "" : ", ") + plot.points[i].name;
  }
  const std::string finding =
      names.empty()
          ? say("Costs were not recorded.", "비용이 기록되지 않았습니다.")
          : say("On {0}, nothing is both cheaper to ask and better than these: {1}.",
                "{0}: 다음 방식보다 싸면서 더 좋은 것은 없습니다: {1}.", suite.name, names);
  plot.words = {id, say("{}: score against cost", "{}: 비용과 점수", suite.name), finding};
  return plot;
}

// "shots (by base)": what something else beats on both, as measured.
std::string dominated_sentence(const Say& say, const ParetoPlot& plot) {
  const auto best = on_frontier(plot.points);
  std::string names;
  for (std::size_t i = 0; i < plot.points.size(); ++i) {
    const ParetoPoint& point = plot.points[i];
    if (best[i] || point.ceiling || !std::isfinite(point.cost)) continue;
    const ParetoPoint* by = nullptr;
    for (std::size_t k = 0; k < plot.points.size(); ++k) {
      const ParetoPoint& other = plot.points[k];
      if (!best[k] || other.cost > point.cost || other.score.value < point.score.value) continue;
      if (!by || other.score.value > by->score.value) by = &other;
    }
    if (by)
      names += (names.empty() ? "" : ", ") + say("{} (by {})", "{} ({})", point.name, by->name);
  }
  if (names.empty()) return "";
  return say("Beaten on both, as measured: {}.",
             "측정값으로 둘 다에서 지는 방식 (괄호 안에 이긴 방식): {}.", names);
}

// Compute and time, one above the other.
std::string spent(double flops, double seconds) {
  return flops_text(flops) + "\n" + duration_text(seconds);
}

void add_effort(const std::string& name, const Effort& effort, Table& table) {
  table.add({name, std::to_string(effort.trainings), count_text(effort.training_tokens),
             spent(effort.training_flops, effort.training_seconds), count_text(effort.answers),
             count_text(effort.prompt_tokens + effort.output_tokens),
             spent(effort.answer_flops, effort.answer_seconds),
             bytes_or(effort.peak_bytes, "n/a")});
}

std::string effort_part(const ReportModel& model) {
  const Say& say = model.say;
  Table table(
      say("All work behind this run, whenever it was done", "이 실행에 들어간 모든 작업"),
      {say("Effort", "작업"), say("Trainings", "학습"), say("Tokens trained", "학습 토큰"),
       say("Training", "학습 비용"), say("Answers", "답"), say("Tokens answered", "답변 토큰"),
       say("Answering", "답변 비용"), say("Peak memory", "최대 메모리")});
  const Effort& search = model.search_effort;
  const bool searched = search.cells + search.trainings > 0;
  if (searched) add_effort(say("Search for settings", "설정 탐색"), search, table);
  add_effort(say("Final: what the test used", "최종: 시험에 쓴 것"), model.final_effort, table);
  const std::string note =
      searched ? say("The search tried {0} training{1} and {2} cell{3} on dev items.",
                     "탐색에서 학습 {0}번, 개발 문항 칸 {2}개를 시험했습니다.", search.trainings,
                     search.trainings == 1 ? "" : "s", search.cells, search.cells == 1 ? "" : "s")
               : say("No search is recorded: the settings were taken as given.",
                     "기록된 탐색이 없습니다. 설정은 주어진 대로 썼습니다.");
  return heading(3, say("Search and final effort", "탐색과 최종 작업")) + paragraph(note) +
         table.html();
}

bool has_costs(const SuiteReport& suite) {
  return std::any_of(suite.arms.begin(), suite.arms.end(),
                     [](const ArmReport& arm) { return arm.answers > 0; });
}

}  // namespace

std::vector<CostUnit> cost_units(const ReportModel& model) {
  std::vector<CostUnit> units{CostUnit::kFlops, CostUnit::kSeconds};
  if (model.prices) units.push_back(CostUnit::kMoney);
  return units;
}

std::string unit_name(const Say& say, CostUnit unit) {
  return unit == CostUnit::kFlops     ? say("compute", "연산")
         : unit == CostUnit::kSeconds ? say("time", "시간")
                                      : say("price", "가격");
}

std::string cost_text(const ReportModel& model, CostUnit unit, double value) {
  return unit == CostUnit::kFlops     ? flops_text(value)
         : unit == CostUnit::kSeconds ? duration_text(value)
                                      : money_text(value, model.prices->currency);
}

CostUnit figure_unit(const ReportModel& model) {
  return model.prices ? CostUnit::kMoney : CostUnit::kFlops;
}

std::string (*cost_tick(CostUnit unit))(double) {
  return unit == CostUnit::kFlops ? flops_tick : short_tick;
}

std::string cost_title(const ReportModel& model, CostUnit unit) {
  return unit == CostUnit::kMoney
             ? fmt::format("{}, {}", unit_name(model.say, unit), model.prices->currency)
             : unit_name(model.say, unit);
}

std::string cost_section(const ReportModel& model) {
  const Say& say = model.say;
  std::string body, finding;
  const auto add_finding = [&](const std::string& sentence) {
    if (!sentence.empty()) finding += (finding.empty() ? "" : " ") + sentence;
  };
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (!has_costs(suite)) continue;
    const ParetoPlot plot = pareto_of(model, suite, chart_id(model, "pareto", s));
    add_finding(plot.words.finding);
    body += suite_heading(model, suite);
    const auto best = on_frontier(plot.points);
    if (std::find(best.begin(), best.end(), true) != best.end()) {
      body += figure(
          say, draw_pareto(plot),
          say("Left is cheaper, up is better; the axis of cost is logarithmic. The stepped line "
              "joins the strategies that nothing beats on both. Shapes tell the tuned models "
              "apart; a hollow point is the ceiling with the right passage in hand.",
              "왼쪽일수록 싸고 위일수록 좋습니다. 비용 축은 로그입니다. 계단선은 둘 다에서 이기는 "
              "것이 없는 방식을 잇습니다. 모양은 학습한 모델을 구별하고, 빈 점은 맞는 문단을 손에 "
              "쥔 상한입니다."));
    }
    const std::string dominated = dominated_sentence(say, plot);
    if (!dominated.empty()) body += paragraph(dominated);
    body += thousand_table(model, suite) + question_table(model, suite) + worth_part(model, suite) +
            break_even_part(model, suite, chart_id(model, "even", s));
  }
  if (body.empty()) return "";
  return section(model, "costs", say("What it costs", "비용"), finding, body + effort_part(model));
}

}  // namespace quadrant
