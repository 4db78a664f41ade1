#include <fmt/format.h>

#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string sentence(const ReportModel& model, const SuiteReport& suite) {
  std::string text;
  for (const VerdictReport& report : suite.verdicts) {
    if (!report.whole || report.tuning < 0 || report.context < 0) continue;
    const Contrast& contrast = report.verdict.contrasts[4];
    if (!contrast.available) continue;
    text +=
        fmt::format("{}{} with {} on {}: {} {} points ({}).", text.empty() ? "" : " ",
                    model.contexts[static_cast<std::size_t>(report.context)].name,
                    model.tunings[static_cast<std::size_t>(report.tuning)].name, suite.name,
                    format_points(contrast.estimate), format_bounds(contrast.low, contrast.high),
                    to_string(report.verdict.interaction));
  }
  return text;
}

InteractionPlot plot_of(const ReportModel& model, const SuiteReport& suite) {
  InteractionPlot plot;
  for (const TuningArm& tuning : model.tunings) plot.places.push_back(tuning.name);
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    InteractionSeries series{model.contexts[c].name, {}};
    bool any = false;
    for (std::size_t t = 0; t < model.tunings.size(); ++t) {
      const ArmReport* arm = find_arm(suite, static_cast<int>(c), static_cast<int>(t));
      any = any || arm;
      series.scores.push_back(
          arm ? ValueWithBounds{arm->score.mean, arm->score.low, arm->score.high}
              : ValueWithBounds{});
    }
    if (any) plot.series.push_back(series);
  }
  return plot;
}

std::string score_grid(const ReportModel& model, const SuiteReport& suite,
                       const InteractionPlot& plot) {
  std::vector<std::string> columns{"Context"};
  columns.insert(columns.end(), plot.places.begin(), plot.places.end());
  Table table(fmt::format("{}: {} by context and model", suite.name, suite.metric), columns);
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    std::vector<std::string> row{model.contexts[c].name};
    for (std::size_t t = 0; t < model.tunings.size(); ++t) {
      const ArmReport* arm = find_arm(suite, static_cast<int>(c), static_cast<int>(t));
      row.push_back(arm ? score_with_bounds(arm->score) : "not run");
    }
    table.add(row);
  }
  return table.html();
}

}  // namespace

std::string interaction_section(const ReportModel& model) {
  if (model.tunings.size() < 2 || model.contexts.size() < 2) return "";
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    const std::string found = sentence(model, suite);
    if (found.empty()) continue;
    InteractionPlot plot = plot_of(model, suite);
    plot.words = {fmt::format("inter{}", s),
                  fmt::format("{}: do the two changes add up?", suite.name), found};
    finding += (finding.empty() ? "" : " ") + found;
    body += suite_heading(model, suite);
    body += figure(model.say, draw_interaction_plot(plot),
                   "A line for each context, from the base model to the tuned ones. Parallel lines "
                   "mean that the two changes add up. Lines that come together mean that tuning "
                   "brings less where the context already helps; lines that move apart, more.");
    body += fold("The same numbers as a table", score_grid(model, suite, plot));
  }
  return body.empty()
             ? ""
             : section("interaction", "Do the two changes add up?",
                       "Interaction, what both bring beyond the sum of each: " + finding, body);
}

}  // namespace quadrant
