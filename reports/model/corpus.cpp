// Differences of corpus metrics (BLEU, chrF, macro-F1), which are no means of items: the answers
// are read again, and their sufficient statistics resampled.
#include <fmt/format.h>

#include <algorithm>

#include "harness/metrics/metric.h"
#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

struct ArmStatistics {
  std::vector<Statistics> seeds_by_items;  // the items of the first seed, then those of the next
  std::size_t seeds = 0;
};

Statistics statistics_of(const Metric& metric, const RecordRow& record, const Item& item) {
  if (!record.error.empty() || !is_answerable(item)) return {};
  const auto options =
      record.answer ? options_from_text(*record.answer) : std::vector<OptionScore>{};
  return quadrant::statistics_of(metric, record.output, options, item);
}

ArmStatistics read_arm(const Store& store, const Metric& metric, const std::vector<Item>& items,
                       const std::vector<SeedScores>& seeds) {
  ArmStatistics arm;
  for (const SeedScores& seed : seeds) {
    const std::size_t begin = arm.seeds_by_items.size();
    arm.seeds_by_items.resize(begin + items.size());
    ++arm.seeds;
    store.for_each_record(seed.attempt_id, [&](const RecordRow& record) {
      const auto item = static_cast<std::size_t>(record.item_no);
      if (record.item_no < 0 || item >= items.size()) return;
      arm.seeds_by_items[begin + item] = statistics_of(metric, record, items[item]);
    });
  }
  return arm;
}

// An arm that no seed touches is paired with every seed of the other.
std::vector<Statistics> repeated(const ArmStatistics& arm, std::size_t seeds, std::size_t items) {
  std::vector<Statistics> all;
  for (std::size_t s = 0; s < seeds; ++s) {
    const auto begin = arm.seeds_by_items.begin() +
                       static_cast<std::ptrdiff_t>(std::min(s, arm.seeds - 1) * items);
    all.insert(all.end(), begin, begin + static_cast<std::ptrdiff_t>(items));
  }
  return all;
}

class CorpusComparer {
 public:
  CorpusComparer(const Store& store, const ReportModel& model, const SuiteReport& suite,
                 const SuiteData& data, const ReportOptions& options)
      : store_(store),
        model_(model),
        suite_(suite),
        data_(data),
        options_(options),
        items_(store.items(data.dataset_id)) {}

  void compare(const Metric& metric, const VerdictReport& report,
               std::vector<CorpusContrast>& to) const {
    const int zero = zero_shot_context(model_), base = base_tuning(model_);
    const bool context = report.verdict.best_single == Single::kContext;
    const std::pair<int, int> plain{zero, base}, shown{report.context, base},
        tuned{zero, report.tuning}, both{report.context, report.tuning};
    for (const auto& [first, second] :
         {std::pair{shown, plain}, std::pair{tuned, plain}, std::pair{shown, tuned},
          std::pair{both, context ? shown : tuned}}) {
      const ArmReport* a = find_arm(suite_, first.first, first.second);
      const ArmReport* b = find_arm(suite_, second.first, second.second);
      if (a && b && a->answers > 0 && b->answers > 0) to.push_back(difference(metric, *a, *b));
    }
  }

 private:
  const std::vector<SeedScores>& seeds_of(const ArmReport& arm) const {
    return data_.arms[static_cast<std::size_t>(&arm - suite_.arms.data())];
  }

  CorpusContrast difference(const Metric& metric, const ArmReport& first,
                            const ArmReport& second) const {
    const ArmStatistics a = read_arm(store_, metric, items_, seeds_of(first));
    const ArmStatistics b = read_arm(store_, metric, items_, seeds_of(second));
    const std::size_t seeds = std::max(a.seeds, b.seeds);
    std::vector<std::string> ids;
    for (std::size_t s = 0; s < seeds; ++s) {
      for (const Item& item : items_) {
        // An item is its own cluster over all seeds, not one a seed.
        ids.push_back(item.cluster.empty() ? "\n" + item.id : item.cluster);
      }
    }
    return {metric.name,
            fmt::format("{} - {}", arm_label(model_, first.context, first.tuning),
                        arm_label(model_, second.context, second.tuning)),
            paired_corpus_bootstrap(repeated(a, seeds, items_.size()),
                                    repeated(b, seeds, items_.size()), number_clusters(ids),
                                    metric.from_statistics, /*seed=*/0,
                                    std::min(options_.resamples, 1000))};  // as sacreBLEU does
  }

  const Store& store_;
  const ReportModel& model_;
  const SuiteReport& suite_;
  const SuiteData& data_;
  const ReportOptions& options_;
  std::vector<Item> items_;
};

bool is_known_corpus_metric(const std::string& name) {
  const auto& all = all_metrics();
  return std::any_of(all.begin(), all.end(), [&](const Metric& metric) {
    return metric.name == name && metric.statistics;
  });
}

}  // namespace

void add_corpus_contrasts(const Store& store, const std::vector<SuiteData>& data,
                          const ReportOptions& options, ReportModel& model) {
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    SuiteReport& suite = model.suites[s];
    for (const std::string& name : data[s].metrics) {
      if (!is_known_corpus_metric(name)) continue;
      const CorpusComparer comparer(store, model, suite, data[s], options);
      for (const VerdictReport& report : suite.verdicts) {
        if (report.whole) comparer.compare(find_metric(name), report, suite.corpus_contrasts);
      }
    }
  }
}

}  // namespace quadrant
