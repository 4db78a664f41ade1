#include <fmt/format.h>

#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string arms_title(const ReportModel& model, const VerdictReport& report) {
  const std::string context = report.context < 0
                                  ? "no context arm"
                                  : model.contexts[static_cast<std::size_t>(report.context)].name;
  const std::string tuned = report.tuning < 0
                                ? "no tuned arm"
                                : model.tunings[static_cast<std::size_t>(report.tuning)].name;
  return context + " and " + tuned;
}

std::string p_text(double p) {
  if (std::isnan(p)) return "n/a";
  return p < 0.001 ? "< .001" : decimal_text(p, 3);
}

ForestRow forest_row(const Contrast& contrast, std::string label) {
  ForestRow row;
  row.label = std::move(label);
  if (!contrast.available) {
    row.note = "not measured";
    return row;
  }
  row.difference = {contrast.estimate, contrast.low, contrast.high};
  row.detected = contrast.detected != 0;
  return row;
}

void add_rows(const VerdictReport& report, const std::string& title, std::vector<ForestRow>& rows) {
  ForestRow head;
  head.label = title;
  head.heading = true;
  rows.push_back(head);
  for (const Contrast& contrast : report.verdict.contrasts) {
    rows.push_back(
        forest_row(contrast, contrast.name == "T5" ? "interaction" : contrast.description));
  }
}

std::string contrast_table(const SuiteReport& suite, const VerdictReport& report,
                           const std::string& title) {
  Table table(fmt::format("{}: {}", suite.name, title),
              {"Contrast", "Difference, 95 % interval", "Bootstrap", "p", "Holm p", "MDE",
               "Equivalent", "Detected", "Items", "Clusters", "Unscored"});
  for (const Contrast& c : report.verdict.contrasts) {
    if (!c.available) {
      table.add({c.name + " " + c.description, "not measured", "", "", "", "", "", "", "", "", ""});
      continue;
    }
    table.add({c.name + " " + c.description,
               fmt::format("{} {}", format_points(c.estimate), format_bounds(c.low, c.high)),
               format_bounds(c.bootstrap.low, c.bootstrap.high), p_text(c.p), p_text(c.holm_p),
               score_text(c.mde), c.equivalent ? "yes" : "no",
               c.detected > 0   ? "above 0"
               : c.detected < 0 ? "below 0"
                                : "no",
               std::to_string(c.n), std::to_string(c.clusters), std::to_string(c.unscored)});
  }
  return table.html();
}

std::string slice_title(const ReportModel& model, const VerdictReport& report) {
  return fmt::format("{}: {}", report.slice.empty() ? "(no slice)" : report.slice,
                     arms_title(model, report));
}

std::string finding(const ReportModel& model) {
  int detected = 0, measured = 0, nulls = 0;
  for (const SuiteReport& suite : model.suites) {
    for (const VerdictReport& report : suite.verdicts) {
      if (!report.whole) continue;
      for (const Contrast& contrast : report.verdict.contrasts) {
        measured += contrast.available;
        detected += contrast.available && contrast.detected != 0;
        nulls += contrast.available && contrast.detected == 0;
      }
    }
  }
  return fmt::format(
      "Of {} primary differences, {} {} detected and {} {} not; for those the table says how large "
      "an effect this run could have found.",
      measured, detected, detected == 1 ? "is" : "are", nulls, nulls == 1 ? "is" : "are");
}

}  // namespace

std::string difference_section(const ReportModel& model) {
  std::string body;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (suite.verdicts.empty()) continue;
    ForestPlot whole, sliced;
    whole.margin = sliced.margin = model.margin;
    std::string tables, slice_tables;
    for (const VerdictReport& report : suite.verdicts) {
      const std::string title =
          report.whole ? arms_title(model, report) : slice_title(model, report);
      add_rows(report, title, report.whole ? whole.rows : sliced.rows);
      (report.whole ? tables : slice_tables) += contrast_table(suite, report, title);
    }
    whole.words = {fmt::format("forest{}", s), fmt::format("{}: paired differences", suite.name),
                   finding(model)};
    sliced.words = {fmt::format("slices{}", s),
                    fmt::format("{}: paired differences by slice", suite.name),
                    "The five differences of each slice."};
    body += suite_heading(model, suite);
    body += figure(model.say, draw_forest_plot(whole),
                   "A square is the mean difference between two strategies on the same items, the "
                   "line its 95 % interval; right of 0 the first one is better. Full squares are "
                   "detected, hollow ones not. The band holds differences too small to matter. "
                   "The interaction is what both changes together bring beyond the sum of each.");
    body += fold("The same numbers as a table, with p-values and detectable effects", tables);
    if (!sliced.rows.empty()) {
      body += fold("By slice",
                   figure(model.say, draw_forest_plot(sliced),
                          "As above, within each slice of the suite; slices are smaller, so "
                          "intervals are wider.") +
                       slice_tables);
    }
  }
  return body.empty() ? "" : section("differences", "Paired differences", finding(model), body);
}

}  // namespace quadrant
