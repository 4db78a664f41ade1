// Differences of corpus metrics (BLEU, chrF, macro-F1), which are no means of items: the answers
// are read again, and their sufficient statistics resampled.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/metrics/metric.h"
#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

struct ArmStatistics {
  std::vector<Statistics> seeds_by_items;  // the items of the first seed, then those of the next
  std::size_t seeds = 0;
};

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

// One metric on one suite; the answers of each arm are read once.
class CorpusComparer {
 public:
  CorpusComparer(const Store& store, const ReportModel& model, const SuiteReport& suite,
                 const SuiteData& data, const Metric& metric, int resamples)
      : store_(store),
        model_(model),
        suite_(suite),
        data_(data),
        metric_(metric),
        resamples_(resamples),
        items_(store.items(data.dataset_id)) {}

  void compare(const VerdictReport& report, std::vector<CorpusContrast>& to) {
    const int zero = zero_shot_context(model_), base = base_tuning(model_);
    const bool context = report.verdict.best_single == Single::kContext;
    const std::pair<int, int> plain{zero, base}, shown{report.context, base},
        tuned{zero, report.tuning}, both{report.context, report.tuning};
    for (const auto& [first, second] :
         {std::pair{shown, plain}, std::pair{tuned, plain}, std::pair{shown, tuned},
          std::pair{both, context ? shown : tuned}}) {
      const ArmReport* a = find_arm(suite_, first.first, first.second);
      const ArmReport* b = find_arm(suite_, second.first, second.second);
      if (a && b && a->answers > 0 && b->answers > 0) to.push_back(difference(*a, *b));
    }
  }

 private:
  const ArmStatistics& statistics_of_arm(const ArmReport& arm) {
    const auto number = static_cast<std::size_t>(&arm - suite_.arms.data());
    const auto [found, fresh] = arms_.try_emplace(number);
    if (fresh) {
      for (const SeedScores& seed : data_.arms[number]) add_seed(seed, found->second);
    }
    return found->second;
  }

  void add_seed(const SeedScores& seed, ArmStatistics& arm) const {
    const std::size_t begin = arm.seeds_by_items.size();
    arm.seeds_by_items.resize(begin + items_.size());
    ++arm.seeds;
    store_.for_each_record(seed.attempt_id, [&](const RecordRow& record) {
      const auto number = static_cast<std::size_t>(record.item_no);
      if (record.item_no < 0 || number >= items_.size()) return;
      const Item& item = items_[number];
      if (!record.error.empty() || !is_answerable(item)) return;
      arm.seeds_by_items[begin + number] =
          statistics_of(metric_, record.output, options_from_text(record.answer), item);
    });
  }

  CorpusContrast difference(const ArmReport& first, const ArmReport& second) {
    const ArmStatistics &a = statistics_of_arm(first), &b = statistics_of_arm(second);
    const std::size_t seeds = std::max(a.seeds, b.seeds);
    std::vector<std::string> ids;
    for (std::size_t s = 0; s < seeds; ++s) {
      for (const Item& item : items_) {
        // An item is its own cluster over all seeds, not one a seed.
        ids.push_back(item.cluster.empty() ? "\n" + item.id : item.cluster);
      }
    }
    return {metric_.name,
            fmt::format("{} - {}", arm_label(model_, first.context, first.tuning),
                        arm_label(model_, second.context, second.tuning)),
            paired_corpus_bootstrap(repeated(a, seeds, items_.size()),
                                    repeated(b, seeds, items_.size()), number_clusters(ids),
                                    metric_.from_statistics, /*seed=*/0, resamples_)};
  }

  const Store& store_;
  const ReportModel& model_;
  const SuiteReport& suite_;
  const SuiteData& data_;
  const Metric& metric_;
  int resamples_;
  std::vector<Item> items_;
  std::map<std::size_t, ArmStatistics> arms_;  // by position in SuiteReport::arms
};

}  // namespace

void add_corpus_contrasts(const Store& store, const std::vector<SuiteData>& data,
                          const ReportOptions& options, ReportModel& model) {
  const int resamples = std::min(options.resamples, 1000);  // as sacreBLEU does
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    SuiteReport& suite = model.suites[s];
    for (const std::string& name : data[s].metrics) {
      const Metric* const metric = known_metric(name);
      if (!metric || !metric->statistics) continue;
      CorpusComparer comparer(store, model, suite, data[s], *metric, resamples);
      for (const VerdictReport& report : suite.verdicts) {
        if (report.whole) comparer.compare(report, suite.corpus_contrasts);
      }
    }
  }
}

}  // namespace quadrant
