// The prompts and the learning rates that searches tried on dev items, and which they chose.
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

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

// The best, the earliest among equals, of each search: what `same_search` holds for.
template <class Trial, class SameSearch>
void mark_chosen(std::vector<Trial>& trials, bool higher_is_better, SameSearch same_search) {
  const double sign = higher_is_better ? 1 : -1;
  for (Trial& trial : trials) {
    trial.chosen = !std::isnan(trial.score);
    for (const Trial& other : trials) {
      if (!same_search(trial, other) || std::isnan(other.score)) continue;
      const double lead = sign * (other.score - trial.score);
      if (lead > 0 || (lead == 0 && other.trial < trial.trial)) trial.chosen = false;
    }
  }
}

// "lora#2" -> "lora" and 2; nothing for the name of no trial.
std::optional<std::pair<std::string, int>> trial_name(const std::string& name) {
  const std::size_t mark = name.find('#');
  if (mark == std::string::npos) return {};
  int number = -1;
  const char* end = name.data() + name.size();
  if (std::from_chars(name.data() + mark + 1, end, number).ptr != end || number < 0) return {};
  return std::pair(name.substr(0, mark), number);
}

void add_trial(const Store& store, const ReportCellRow& cell, SuiteReport& suite) {
  const auto context = trial_name(cell.context), tuning = trial_name(cell.tuning);
  if (!context && !tuning) return;
  const double score = trial_score(store, cell, suite.metric);
  if (context) {
    const auto spec = nlohmann::json::parse(cell.context_spec);
    suite.prompt_trials.push_back({context->first, context->second, spec.value("instruction", ""),
                                   spec.value("layout", ""), spec.value("examples", 0), score});
  } else {
    const auto spec = nlohmann::json::parse(cell.model_spec);
    suite.rate_trials.push_back({tuning->first, cell.seed.value_or(0), tuning->second,
                                 spec.value("learning_rate", kUnknown), score});
  }
}

}  // namespace

void add_trials(const Store& store, const std::vector<ReportCellRow>& cells, ReportModel& model) {
  for (const ReportCellRow& cell : cells) {
    if (cell.split != "valid" || !cell.attempt_id || cell.state != "done") continue;
    if (SuiteReport* suite = suite_called(model, cell.suite)) add_trial(store, cell, *suite);
  }
  for (SuiteReport& suite : model.suites) {
    mark_chosen(suite.prompt_trials, suite.higher_is_better,
                [](const auto& a, const auto& b) { return a.context == b.context; });
    mark_chosen(suite.rate_trials, suite.higher_is_better, [](const auto& a, const auto& b) {
      return a.tuning == b.tuning && a.seed == b.seed;
    });
  }
}

}  // namespace quadrant
