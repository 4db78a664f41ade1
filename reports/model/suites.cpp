// From cells and answers to suites with arms.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/metrics/metric.h"
#include "harness/stats/describe.h"
#include "harness/store/store.h"
#include "reports/model/answers.h"
#include "reports/model/attribution.h"
#include "reports/model/loading.h"
#include "reports/model/reading.h"

namespace quadrant {
namespace {

std::string json_text(const std::string& json, const char* key) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  const auto found = value.is_object() ? value.find(key) : value.end();
  return value.is_object() && found != value.end() && found->is_string() ? found->get<std::string>()
                                                                         : "";
}

template <class Arm>
int index_of(std::vector<Arm>& arms, const std::string& name, const std::string& spec,
             const char* kind_key) {
  const auto same = [&](const Arm& arm) { return arm.name == name; };
  const auto found = std::find_if(arms.begin(), arms.end(), same);
  if (found != arms.end()) return static_cast<int>(found - arms.begin());
  arms.push_back({name, json_text(spec, kind_key), spec});
  return static_cast<int>(arms.size()) - 1;
}

std::vector<std::string> names(const std::string& json_list) {
  std::vector<std::string> result;
  const auto value = nlohmann::json::parse(json_list, nullptr, false);
  if (!value.is_array()) return result;
  for (const auto& entry : value) {
    if (entry.is_string()) result.push_back(entry.get<std::string>());
  }
  return result;
}

SuiteReport& suite_of(const Store& store, const ReportCellRow& cell, ReportModel& model,
                      std::vector<SuiteData>& data) {
  for (std::size_t i = 0; i < model.suites.size(); ++i) {
    if (model.suites[i].name == cell.suite && data[i].dataset_id == cell.dataset_id) {
      return model.suites[i];
    }
  }
  SuiteReport suite;
  suite.name = cell.suite;
  suite.version = cell.task_version;
  const DatasetRow dataset = report_dataset(store.database(), cell.dataset_id);
  suite.licence = dataset.licence;
  suite.source = dataset.source;
  std::vector<std::string> clusters;
  for (const Item& item : store.items(cell.dataset_id)) {
    const auto slice = item.meta.find("slice");
    suite.items.push_back({item.id, item.cluster, slice == item.meta.end() ? "" : slice->second,
                           is_answerable(item)});
    const ReportItem& added = suite.items.back();
    if (!added.answerable) continue;
    clusters.push_back(added.cluster);
    ++suite.answerable;
    const auto known = std::find(suite.slices.begin(), suite.slices.end(), added.slice);
    if (known == suite.slices.end()) suite.slices.push_back(added.slice);
  }
  const std::vector<int> numbers = number_clusters(clusters);
  for (const int number : numbers) suite.clusters = std::max(suite.clusters, number + 1);
  model.suites.push_back(std::move(suite));
  data.push_back({cell.dataset_id, {}, names(cell.metrics)});
  return model.suites.back();
}

std::size_t arm_of(SuiteReport& suite, SuiteData& data, int context, int tuning) {
  for (std::size_t i = 0; i < suite.arms.size(); ++i) {
    if (suite.arms[i].context == context && suite.arms[i].tuning == tuning) return i;
  }
  suite.arms.emplace_back();
  suite.arms.back().context = context;
  suite.arms.back().tuning = tuning;
  suite.arms.back().cached = true;
  data.arms.emplace_back();
  return suite.arms.size() - 1;
}

SeedScores read_scores(const Store& store, const ReportCellRow& cell, std::size_t items) {
  SeedScores scores{cell.seed, *cell.attempt_id, {}, {}, std::vector<std::int64_t>(items, 0)};
  for (const SummaryRow& row : store.summaries(*cell.attempt_id)) {
    if (row.method == kCorpusMethod) scores.corpus[row.metric] = row;
  }
  for_each_report_score(store.database(), *cell.attempt_id,
                        [&](std::int64_t item, const std::string& metric, double value) {
                          if (item < 0 || static_cast<std::size_t>(item) >= items) return;
                          auto& values = scores.by_metric[metric];
                          if (values.empty()) values.resize(items, kUnknown);
                          values[static_cast<std::size_t>(item)] = value;
                        });
  return scores;
}

void choose_metrics(SuiteReport& suite, SuiteData& data) {
  if (data.metrics.empty()) {
    for (const auto& seeds : data.arms) {
      for (const auto& seed : seeds) {
        for (const auto& [metric, values] : seed.by_metric) {
          const auto known = std::find(data.metrics.begin(), data.metrics.end(), metric);
          if (known == data.metrics.end()) data.metrics.push_back(metric);
        }
      }
    }
  }
  suite.metric = data.metrics.empty() ? "score" : data.metrics.front();
  suite.higher_is_better = higher_is_better(suite.metric);
}

// Statistics of scores in [0, 1] rely on that; a store that somebody has changed may break it.
void refuse_other_scores(const Store& store, const SuiteData& data) {
  for (const auto& seeds : data.arms) {
    for (const SeedScores& seed : seeds) {
      for (const auto& [metric, values] : seed.by_metric) {
        if (has_no_bounds(metric)) continue;
        if (std::all_of(values.begin(), values.end(),
                        [](double value) { return !(value < 0 || value > 1); })) {
          continue;
        }
        throw Error(fmt::format("a stored score of {} is not between 0 and 1", metric),
                    store.file().string(),
                    "`quadrant reproduce RUN --check` scores the answers again and says which");
      }
    }
  }
}

// The interval of the items that `wanted` chooses.
template <class Wanted>
MeanInterval summarise(const SuiteReport& suite, const std::vector<double>& scores, Wanted wanted) {
  std::vector<double> values;
  std::vector<std::string> clusters;
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    if (!wanted(suite.items[i])) continue;
    values.push_back(scores[i]);
    clusters.push_back(suite.items[i].cluster);
  }
  return summarise_cell(values, number_clusters(clusters));
}

// A corpus metric is no mean of its items: its value, and the ends of its interval, are averaged
// over the seeds.
void take_corpus_value(const std::vector<SeedScores>& seeds, const std::string& metric,
                       MeanInterval& value) {
  double mean = 0, low = 0, high = 0;
  for (const SeedScores& seed : seeds) {
    const auto found = seed.corpus.find(metric);
    if (found == seed.corpus.end()) return;
    mean += found->second.mean;
    low += found->second.lo;
    high += found->second.hi;
  }
  const auto count = static_cast<double>(seeds.size());
  value.mean = mean / count;
  value.low = low / count;
  value.high = high / count;
  value.se = value.df = kUnknown;
}

bool answerable(const ReportItem& item) { return item.answerable; }
bool unanswerable(const ReportItem& item) { return !item.answerable; }

void summarise_arm(const SuiteReport& suite, const std::vector<SeedScores>& seeds, ArmReport& arm) {
  const std::size_t items = suite.items.size();
  arm.scores = mean_over_seeds(seeds, suite.metric, items);
  arm.score = summarise(suite, arm.scores, answerable);
  for (const std::string& slice : suite.slices) {
    arm.slices.push_back(summarise(suite, arm.scores, [&](const ReportItem& item) {
      return item.answerable && item.slice == slice;
    }));
  }
  std::vector<std::string> metrics;
  for (const auto& seed : seeds) {
    for (const auto& [metric, values] : seed.by_metric) {
      if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) {
        metrics.push_back(metric);
      }
    }
  }
  std::sort(metrics.begin(), metrics.end());
  for (const std::string& metric : metrics) {
    const auto scores = mean_over_seeds(seeds, metric, items);
    arm.metrics.push_back({metric, summarise(suite, scores, answerable)});
    take_corpus_value(seeds, metric, arm.metrics.back().value);
    const MeanInterval rest = summarise(suite, scores, unanswerable);
    if (rest.n > 0) arm.unanswerable.push_back({metric, rest});
  }
}

// Marks the best contender and those that a paired interval does not tell from it.
void mark_best(const ReportModel& model, SuiteReport& suite) {
  for (ArmReport& arm : suite.arms) {
    const std::string& kind = model.contexts[static_cast<std::size_t>(arm.context)].kind;
    arm.among_best = kind != "oracle" && !std::isnan(arm.score.mean);
  }
  const ArmReport* best = best_arm(suite);
  for (ArmReport& arm : suite.arms) {
    if (!arm.among_best || &arm == best) continue;
    arm.among_best = !(lead_of(suite, *best, arm).low > 0);
  }
}

void read_wordings(const ReportCellRow& cell, SuiteData& data) {
  const auto spec = nlohmann::json::parse(cell.spec, nullptr, false);
  if (!spec.is_object() || !spec.contains("prompt")) return;
  const nlohmann::json& prompt = spec.at("prompt");
  data.wordings = 1 + static_cast<int>(prompt.value("more", nlohmann::json::array()).size());
  data.trained_wordings = prompt.value("trained", 1);
}

void note_wordings(const Store& store, SeedScores& scores) {
  const auto note = [&](const ReportRecordRow& record) {
    const auto item = static_cast<std::size_t>(record.item_no);
    if (item < scores.wordings.size()) scores.wordings[item] = record.wording;
  };
  for_each_report_record(store.database(), scores.attempt_id, note);
}

void add_cell(const Store& store, const ReportCellRow& cell, ReportModel& model,
              std::vector<SuiteData>& data) {
  const int context = index_of(model.contexts, cell.context, cell.context_spec, "kind");
  const int tuning = index_of(model.tunings, cell.tuning, cell.model_spec, "method");
  SuiteReport& suite = suite_of(store, cell, model, data);
  SuiteData& suite_data = data[static_cast<std::size_t>(&suite - model.suites.data())];
  read_wordings(cell, suite_data);
  const std::size_t at = arm_of(suite, suite_data, context, tuning);
  ArmReport& arm = suite.arms[at];
  arm.expected += cell.expected;
  if (cell.seed) arm.seeds.push_back(*cell.seed);
  arm.cached = arm.cached && cell.origin == "cached";
  if (!cell.attempt_id) return;
  suite_data.arms[at].push_back(read_scores(store, cell, suite.items.size()));
  if (suite_data.wordings > 1) note_wordings(store, suite_data.arms[at].back());
}

}  // namespace

std::vector<double> mean_over_seeds(const std::vector<SeedScores>& seeds, const std::string& metric,
                                    std::size_t items, const AnswerChoice& choice) {
  std::vector<double> sums(items, 0);
  std::vector<int> counts(items, 0);
  for (const SeedScores& seed : seeds) {
    if (choice.without && seed.seed == choice.without) continue;
    if (choice.only && seed.seed && seed.seed != choice.only) continue;
    const auto found = seed.by_metric.find(metric);
    if (found == seed.by_metric.end()) continue;
    for (std::size_t i = 0; i < items; ++i) {
      if (std::isnan(found->second[i]) || seed.wordings[i] < choice.first_wording) continue;
      sums[i] += found->second[i];
      ++counts[i];
    }
  }
  for (std::size_t i = 0; i < items; ++i) sums[i] = counts[i] ? sums[i] / counts[i] : kUnknown;
  return sums;
}

std::vector<SuiteData> load_suites(const Store& store, const std::vector<ReportCellRow>& cells,
                                   ReportModel& model) {
  std::vector<SuiteData> data;
  for (const ReportCellRow& cell : cells) {
    if (cell.split == "test") add_cell(store, cell, model, data);
  }
  for (std::size_t s = 0; s < data.size(); ++s) {
    SuiteReport& suite = model.suites[s];
    choose_metrics(suite, data[s]);
    refuse_other_scores(store, data[s]);
    for (std::size_t a = 0; a < suite.arms.size(); ++a) {
      summarise_arm(suite, data[s].arms[a], suite.arms[a]);
    }
    mark_best(model, suite);
  }
  add_answer_figures(store, cells, model);
  add_reading_figures(store, cells, data, model);
  add_attribution(model);
  add_dev_scores(store, cells, model, data);
  return data;
}

}  // namespace quadrant
