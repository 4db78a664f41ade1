#include <fmt/format.h>

#include <cmath>

#include "reports/charts/charts.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string flow_sentence(const ReportModel& model, const SuiteReport& suite) {
  const ItemFlow* most = nullptr;
  for (const ItemFlow& flow : suite.flows) {
    const ArmReport& arm = suite.arms[static_cast<std::size_t>(flow.arm)];
    if (is_oracle(model, arm)) continue;
    if (!most || flow.repaired - flow.broken > most->repaired - most->broken) most = &flow;
  }
  if (!most) return "";
  return fmt::format(
      "On {}, {} repairs {} items that base gets wrong and breaks {} that it gets "
      "right.",
      suite.name, arm_label(model, suite.arms[static_cast<std::size_t>(most->arm)]), most->repaired,
      most->broken);
}

std::string flow_table(const ReportModel& model, const SuiteReport& suite) {
  Table table(fmt::format("{}: items against base", suite.name),
              {"Strategy", "Repaired", "Broken", "Right in both", "Wrong in both"});
  for (const ItemFlow& flow : suite.flows) {
    table.add({arm_label(model, suite.arms[static_cast<std::size_t>(flow.arm)]),
               std::to_string(flow.repaired), std::to_string(flow.broken),
               std::to_string(flow.both_right), std::to_string(flow.both_wrong)});
  }
  return table.html();
}

// What strategies do where nothing in the suite holds the answer.
std::string unanswerable_table(const ReportModel& model, const SuiteReport& suite) {
  std::vector<std::string> columns{"Strategy"};
  for (const ArmReport& arm : suite.arms) {
    if (arm.unanswerable.empty()) continue;
    for (const MetricValue& value : arm.unanswerable) columns.push_back(value.metric);
    break;
  }
  if (columns.size() == 1) return "";
  Table table(
      fmt::format("{}: items that nothing answers ({} items), apart from every verdict", suite.name,
                  suite.items.size() - static_cast<std::size_t>(suite.answerable)),
      columns);
  for (const ArmReport& arm : suite.arms) {
    std::vector<std::string> row{arm_label(model, arm)};
    for (std::size_t c = 1; c < columns.size(); ++c) {
      std::string text = "n/a";
      for (const MetricValue& value : arm.unanswerable) {
        if (value.metric == columns[c]) text = score_with_bounds(value.value);
      }
      row.push_back(text);
    }
    table.add(row);
  }
  return heading(3, "Questions without an answer") + table.html() +
         paragraph(
             "Here the right thing is to say so: \"abstained\" is the share of such answers, "
             "and what is missing to 100 asserts something made up.",
             "small");
}

std::string answer_table(const ReportModel& model, const SuiteReport& suite) {
  Table table(
      fmt::format("{}: answers that went another way", suite.name),
      {"Strategy", "Answers", "Expected", "Failed", "Prompt cut to fit", "Answer cut by length"});
  for (const ArmReport& arm : suite.arms) {
    table.add({arm_label(model, arm), std::to_string(arm.answers), std::to_string(arm.expected),
               std::to_string(arm.errors), std::to_string(arm.truncated),
               std::to_string(arm.cut_off)});
  }
  return table.html();
}

}  // namespace

std::string error_section(const ReportModel& model) {
  std::string body, finding;
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    const SuiteReport& suite = model.suites[s];
    if (suite.flows.empty()) continue;
    FlowChart chart;
    for (const ItemFlow& flow : suite.flows) {
      chart.rows.push_back({arm_label(model, suite.arms[static_cast<std::size_t>(flow.arm)]),
                            flow.repaired, flow.broken});
    }
    chart.words = {fmt::format("flow{}", s),
                   fmt::format("{}: repaired and broken items", suite.name),
                   flow_sentence(model, suite)};
    finding += (finding.empty() ? "" : " ") + chart.words.finding;
    body += suite_heading(model, suite);
    body += figure(draw_flow_chart(chart),
                   "Right: items that base gets wrong and the strategy right; left: items that it "
                   "loses. Two strategies with the same score may differ much here. An item counts "
                   "as right when its score, averaged over seeds, is at least 50.");
    body += fold("The same numbers as a table", flow_table(model, suite));
    body += unanswerable_table(model, suite);
    body += fold("Failed, cut and missing answers", answer_table(model, suite));
  }
  return body.empty() ? "" : section("errors", "Repaired and broken", finding, body);
}

}  // namespace quadrant
