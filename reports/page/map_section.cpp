#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

// Paired gain of one arm over another on the answerable items.
ValueWithBounds gain(const SuiteReport& suite, const ArmReport& arm, const ArmReport& base) {
  if (&arm == &base) return {0, kUnknown, kUnknown};
  std::vector<double> differences;
  std::vector<std::string> clusters;
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    if (!suite.items[i].answerable) continue;
    differences.push_back(arm.scores[i] - base.scores[i]);
    clusters.push_back(suite.items[i].cluster);
  }
  const MeanInterval interval =
      cluster_t_interval(differences, number_clusters(clusters), 0.95, {-1, 1});
  return {interval.mean, interval.low, interval.high};
}

std::string gain_text(const ValueWithBounds& gain) {
  return fmt::format("{} {}", format_points(gain.value), format_bounds(gain.low, gain.high));
}

struct Gains {
  QuadrantMap map;
  std::string best_context, best_tuning;  // "rag by +61.0 [...]"
};

QuadrantAxisArm axis_arm(const SuiteReport& suite, const std::string& name, const ArmReport* arm,
                         const ArmReport& base) {
  return {name, arm ? gain(suite, *arm, base) : ValueWithBounds{}};
}

std::string best_of(const std::vector<QuadrantAxisArm>& arms, const std::vector<bool>& competes) {
  const QuadrantAxisArm* best = nullptr;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    if (!competes[i] || std::isnan(arms[i].gain.low)) continue;
    if (!best || arms[i].gain.value > best->gain.value) best = &arms[i];
  }
  return best ? fmt::format("{} {}", best->name, gain_text(best->gain)) : "";
}

void add_dots(const ReportModel& model, const SuiteReport& suite, const ArmReport& base,
              QuadrantMap& map) {
  for (const ArmReport& arm : suite.arms) {
    if (std::isnan(arm.score.mean)) continue;
    QuadrantDot dot{arm.tuning, arm.context, arm.score.mean, std::nullopt, ""};
    const double x = map.tunings[static_cast<std::size_t>(arm.tuning)].gain.value;
    const double y = map.contexts[static_cast<std::size_t>(arm.context)].gain.value;
    const bool combined =
        arm.context != zero_shot_context(model) && arm.tuning != base_tuning(model);
    dot.tooltip = arm_label(model, arm) + ": " + score_with_bounds(arm.score);
    if (combined && std::isfinite(x) && std::isfinite(y)) {
      dot.expected = std::clamp(base.score.mean + x + y, 0.0, 1.0);
      dot.tooltip += fmt::format("; the gains added up would give {}", score_text(*dot.expected));
    }
    map.dots.push_back(dot);
  }
}

Gains gains_of(const ReportModel& model, const SuiteReport& suite, const ArmReport& base,
               const std::string& id) {
  Gains gains;
  std::vector<bool> contexts, tunings;
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    gains.map.contexts.push_back(axis_arm(suite, model.contexts[c].name,
                                          find_arm(suite, static_cast<int>(c), base_tuning(model)),
                                          base));
    contexts.push_back(model.contexts[c].kind != "oracle");
  }
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    gains.map.tunings.push_back(
        axis_arm(suite, model.tunings[t].name,
                 find_arm(suite, zero_shot_context(model), static_cast<int>(t)), base));
    tunings.push_back(true);
  }
  gains.best_context = best_of(gains.map.contexts, contexts);
  gains.best_tuning = best_of(gains.map.tunings, tunings);
  add_dots(model, suite, base, gains.map);
  gains.map.words = {id,
                     fmt::format("{}: gain from context against gain from the model", suite.name),
                     fmt::format("Largest gain from context: {}. Largest gain from the model: {}.",
                                 gains.best_context.empty() ? "none measured" : gains.best_context,
                                 gains.best_tuning.empty() ? "none measured" : gains.best_tuning)};
  return gains;
}

std::string gain_table(const SuiteReport& suite, const QuadrantMap& map) {
  Table table(fmt::format("{}: gains over the base model, one thing changed", suite.name),
              {"Changed", "Gain in points"});
  for (const auto& arm : map.contexts) {
    if (std::isfinite(arm.gain.low)) table.add({arm.name, gain_text(arm.gain)});
  }
  for (const auto& arm : map.tunings) {
    if (std::isfinite(arm.gain.low)) table.add({arm.name, gain_text(arm.gain)});
  }
  return table.html();
}

}  // namespace

std::string map_section(const ReportModel& model) {
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    const ArmReport* base = find_arm(suite, zero_shot_context(model), base_tuning(model));
    if (!base || std::isnan(base->score.mean)) continue;
    const Gains gains = gains_of(model, suite, *base, fmt::format("map{}", s));
    finding += fmt::format(
        "{}On {}, {}; {}.", finding.empty() ? "" : " ", suite.name,
        gains.best_context.empty()
            ? "no context was measured"
            : "changing what the model sees brings most with " + gains.best_context,
        gains.best_tuning.empty() ? "no tuned model was measured"
                                  : "changing the model brings most with " + gains.best_tuning);
    body += suite_heading(model, suite);
    body += figure(
        model.say, draw_quadrant_map(gains.map),
        "Right means that changing the model helps, up that changing what it sees helps, both over "
        "the base model. A disc is a strategy that was measured, its area and number the score. At "
        "a crossing both are changed: a dashed ring is the score if both gains added up, so a disc "
        "smaller than its ring gives less than that. A context with the right passage in hand "
        "(oracle) is a ceiling, not something one could use.");
    body += fold("The same numbers as a table", gain_table(suite, gains.map));
  }
  return body.empty() ? "" : section("map", "Quadrant map", finding, body);
}

}  // namespace quadrant
