// The prompts that a search tried on dev items, and which of them it chose.
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

SuiteReport* suite_called(ReportModel& model, const std::string& name) {
  for (SuiteReport& suite : model.suites) {
    if (suite.name == name) return &suite;
  }
  return nullptr;
}

// Mean over the dev items that can be answered.
double trial_score(const Store& store, const ReportCellRow& cell, const std::string& primary) {
  const std::vector<Item> items = store.items(cell.dataset_id);
  double sum = 0;
  int scored = 0;
  for_each_report_score(store.database(), *cell.attempt_id,
                        [&](std::int64_t number, const std::string& metric, double value) {
                          const auto item = static_cast<std::size_t>(number);
                          if (metric != primary || std::isnan(value)) return;
                          if (item >= items.size() || !is_answerable(items[item])) return;
                          sum += value;
                          ++scored;
                        });
  return scored ? sum / scored : kUnknown;
}

// The best, the earliest among equals, of each search.
void mark_chosen(SuiteReport& suite) {
  const double sign = suite.higher_is_better ? 1 : -1;
  for (PromptTrial& trial : suite.prompt_trials) {
    trial.chosen = !std::isnan(trial.score);
    for (const PromptTrial& other : suite.prompt_trials) {
      if (other.context != trial.context || std::isnan(other.score)) continue;
      const double lead = sign * (other.score - trial.score);
      if (lead > 0 || (lead == 0 && other.trial < trial.trial)) trial.chosen = false;
    }
  }
}

}  // namespace

void add_prompt_trials(const Store& store, const std::vector<ReportCellRow>& cells,
                       ReportModel& model) {
  for (const ReportCellRow& cell : cells) {
    if (cell.split != "valid" || !cell.attempt_id || cell.state != "done") continue;
    const auto spec = nlohmann::json::parse(cell.context_spec, nullptr, false);
    SuiteReport* suite = suite_called(model, cell.suite);
    if (!suite || !spec.is_object() || !spec.contains("trial")) continue;
    suite->prompt_trials.push_back({cell.context.substr(0, cell.context.find('#')),
                                    spec.value("trial", 0), spec.value("instruction", ""),
                                    spec.value("layout", ""), spec.value("examples", 0),
                                    trial_score(store, cell, suite->metric)});
  }
  for (SuiteReport& suite : model.suites) mark_chosen(suite);
}

}  // namespace quadrant
