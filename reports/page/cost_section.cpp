#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string milliseconds(double value) { return duration_text(value / 1000); }

std::string cost_table(const ReportModel& model, const SuiteReport& suite) {
  Table table(fmt::format("{}: cost of one question", suite.name),
              {"Strategy", "Score", "Prompt tokens", "Answer tokens", "Compute", "Wall time",
               "Median", "95th percentile", "Peak memory"});
  for (const ArmReport& arm : suite.arms) {
    const ArmCosts& cost = arm.costs;
    table.add({arm_label(model, arm), score_text(arm.score.mean),
               decimal_text(cost.prompt_tokens, 0), decimal_text(cost.output_tokens, 1),
               flops_text(cost.flops), duration_text(cost.seconds), milliseconds(cost.median_ms),
               milliseconds(cost.p95_ms),
               cost.peak_bytes > 0 ? bytes_text(cost.peak_bytes) : "n/a"});
  }
  return table.html();
}

std::string questions_text(double questions) {
  if (!std::isfinite(questions)) return "never";
  return count_text(std::llround(std::ceil(questions)));
}

std::string break_even_table(const ReportModel& model, const SuiteReport& suite) {
  if (suite.break_even.empty()) return "";
  Table table(
      fmt::format("{}: questions per version of the knowledge after which training has cost "
                  "less than reading passages",
                  suite.name),
      {"Trained", "Instead of", "Training, compute", "Training, time", "Break-even by compute",
       "Break-even by time"});
  for (const BreakEven& even : suite.break_even) {
    table.add({model.tunings[static_cast<std::size_t>(even.tuning)].name,
               model.contexts[static_cast<std::size_t>(even.context)].name,
               flops_text(even.training_flops), duration_text(even.training_seconds),
               questions_text(even.questions_flops), questions_text(even.questions_seconds)});
  }
  return heading(3, "Break-even") + table.html() +
         paragraph(
             "Training is paid once for every version of the knowledge, passages are read "
             "anew with every question. Below the number of questions shown, reading costs "
             "less; above, training does. \"Never\": the tuned model is not cheaper to ask. "
             "Training means the mean over seeds of the run shown, without any search for "
             "settings, and the two need not answer equally well.",
             "small");
}

ParetoPlot pareto_of(const ReportModel& model, const SuiteReport& suite, const std::string& id) {
  ParetoPlot plot;
  plot.cost_title = "compute for one question, training not included";
  plot.cost_label = flops_tick;
  for (const ArmReport& arm : suite.arms) {
    plot.points.push_back({arm_label(model, arm),
                           arm.costs.flops,
                           {arm.score.mean, arm.score.low, arm.score.high},
                           arm.tuning,
                           is_oracle(model, arm)});
  }
  const auto best = on_frontier(plot.points);
  std::string names;
  for (std::size_t i = 0; i < plot.points.size(); ++i) {
    if (best[i]) names += (names.empty() ? "" : " or ") + plot.points[i].name;
  }
  const std::string finding =
      names.empty() ? "Compute was not recorded."
                    : fmt::format("On {}, no strategy is both cheaper to ask and better than {}.",
                                  suite.name, names);
  plot.words = {id, fmt::format("{}: score against compute", suite.name), finding};
  return plot;
}

bool has_costs(const SuiteReport& suite) {
  for (const ArmReport& arm : suite.arms) {
    if (arm.answers > 0) return true;
  }
  return false;
}

}  // namespace

std::string cost_section(const ReportModel& model) {
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (!has_costs(suite)) continue;
    const ParetoPlot plot = pareto_of(model, suite, fmt::format("pareto{}", s));
    finding += (finding.empty() ? "" : " ") + plot.words.finding;
    body += suite_heading(model, suite);
    const auto best = on_frontier(plot.points);
    if (std::find(best.begin(), best.end(), true) != best.end()) {
      body += figure(model.say, draw_pareto(plot),
                     "Left is cheaper, up is better; the axis of cost is logarithmic. The stepped "
                     "line joins the strategies that nothing beats on both. Shapes tell the tuned "
                     "models apart; a hollow point is the ceiling with the right passage in hand.");
    }
    body += cost_table(model, suite) + break_even_table(model, suite);
  }
  return body.empty() ? "" : section("costs", "What it costs", finding, body);
}

}  // namespace quadrant
