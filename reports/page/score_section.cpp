#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string best_sentence(const ReportModel& model, const SuiteReport& suite) {
  const ArmReport* best = nullptr;
  int tied = 0;
  for (const ArmReport& arm : suite.arms) {
    if (!arm.among_best) continue;
    ++tied;
    if (!best || arm.score.mean > best->score.mean) best = &arm;
  }
  if (!best) return fmt::format("{} has no scored answers.", suite.name);
  std::string text = fmt::format("On {} by {}, {} scores highest with {}", suite.name, suite.metric,
                                 arm_label(model, *best), score_with_bounds(best->score));
  const ArmReport* base = find_arm(suite, zero_shot_context(model), base_tuning(model));
  if (base && base != best) text += fmt::format("; base has {}", score_with_bounds(base->score));
  if (tied > 1) {
    text += fmt::format("; {} other{} cannot be told from it", tied - 1, tied > 2 ? "s" : "");
  }
  return text + ".";
}

HeatCell heat_cell(const ReportModel& model, const SuiteReport& suite, int context, int tuning) {
  const ArmReport* arm = find_arm(suite, context, tuning);
  HeatCell cell;
  if (!arm || std::isnan(arm->score.mean)) return cell;
  cell.measured = true;
  cell.marked = arm->among_best;
  cell.ceiling = is_oracle(model, *arm);
  cell.score = {arm->score.mean, arm->score.low, arm->score.high};
  cell.tooltip = fmt::format("{}: {}, {} items in {} clusters, {} unscored", arm_label(model, *arm),
                             score_with_bounds(arm->score), arm->score.n, arm->score.clusters,
                             arm->score.unscored);
  return cell;
}

HeatMap heat_map(const ReportModel& model, const SuiteReport& suite, const std::string& id) {
  HeatMap map;
  map.words = {id, fmt::format("{}: {} by context and model", suite.name, suite.metric),
               best_sentence(model, suite)};
  for (const ContextArm& context : model.contexts) {
    map.columns.push_back(context.kind == "oracle" ? context.name + " (ceiling)" : context.name);
  }
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    map.rows.push_back(model.tunings[t].name);
    for (std::size_t c = 0; c < model.contexts.size(); ++c) {
      map.cells.push_back(heat_cell(model, suite, static_cast<int>(c), static_cast<int>(t)));
    }
  }
  return map;
}

std::string seeds_text(const ArmReport& arm) {
  return arm.seeds.empty() ? "none needed" : fmt::format("{}", fmt::join(arm.seeds, ", "));
}

std::string score_table(const ReportModel& model, const SuiteReport& suite) {
  std::vector<std::string> metrics;
  for (const ArmReport& arm : suite.arms) {
    for (const MetricValue& value : arm.metrics) {
      if (value.metric == suite.metric ||
          std::find(metrics.begin(), metrics.end(), value.metric) != metrics.end()) {
        continue;
      }
      metrics.push_back(value.metric);
    }
  }
  std::vector<std::string> columns{"Strategy", suite.metric};
  columns.insert(columns.end(), metrics.begin(), metrics.end());
  for (const char* name : {"Items", "Clusters", "Unscored", "Seeds", "From"})
    columns.push_back(name);
  Table table(fmt::format("{}: every metric, answerable items", suite.name), columns);
  for (const ArmReport& arm : suite.arms) {
    std::vector<std::string> row{arm_label(model, arm), score_with_bounds(arm.score)};
    for (const std::string& metric : metrics) {
      std::string text = "n/a";
      for (const MetricValue& value : arm.metrics) {
        if (value.metric == metric) text = score_with_bounds(value.value);
      }
      row.push_back(text);
    }
    row.push_back(std::to_string(arm.score.n));
    row.push_back(std::to_string(arm.score.clusters));
    row.push_back(std::to_string(arm.score.unscored));
    row.push_back(seeds_text(arm));
    row.push_back(arm.cached ? "earlier run" : "this run");
    table.add(row);
  }
  return table.html();
}

std::string slice_name(const std::string& slice) { return slice.empty() ? "(no slice)" : slice; }

std::string slice_table(const ReportModel& model, const SuiteReport& suite) {
  if (suite.slices.size() < 2) return "";
  std::vector<std::string> columns{"Strategy"};
  for (const std::string& slice : suite.slices) columns.push_back(slice_name(slice));
  Table table(fmt::format("{}: {} by slice", suite.name, suite.metric), columns);
  for (const ArmReport& arm : suite.arms) {
    std::vector<std::string> row{arm_label(model, arm)};
    for (const MeanInterval& slice : arm.slices) row.push_back(score_with_bounds(slice));
    table.add(row);
  }
  return table.html();
}

}  // namespace

std::string score_section(const ReportModel& model) {
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (suite.arms.empty()) continue;
    finding += (finding.empty() ? "" : " ") + best_sentence(model, suite);
    body += suite_heading(model, suite);
    body += figure(
        model.say, draw_heat_map(heat_map(model, suite, fmt::format("heat{}", s))),
        "Rows are what the model is, columns what it sees. Each square has the mean "
        "score over answerable items and its 95 % interval; the stronger the blue, the higher, on "
        "one scale for the whole page. A frame and a star mark the highest strategy and "
        "all that a paired comparison cannot tell from it; the ceiling stays out.");
    body += slice_table(model, suite);
    body += fold("Every metric, items, seeds", score_table(model, suite));
  }
  return body.empty() ? "" : section("scores", "Scores", finding, body);
}

}  // namespace quadrant
