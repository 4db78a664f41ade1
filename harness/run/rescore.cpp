#include "harness/run/rescore.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/metrics/metric.h"
#include "harness/run/sameness.h"
#include "harness/run/summarise.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

// The rows of one metric, as if this program's version had written them; where it did, those.
std::vector<SummaryRow> rows_of(const std::vector<SummaryRow>& rows, const Metric& metric) {
  std::map<std::string, SummaryRow> by_method;
  for (const SummaryRow& row : rows) {
    if (row.metric != metric.name) continue;
    SummaryRow& place = by_method[row.method];
    if (place.version != metric.version) place = row;
  }
  std::vector<SummaryRow> found;
  for (auto& [method, row] : by_method) {
    row.version = metric.version;
    found.push_back(std::move(row));
  }
  return found;
}

bool same_rows(const std::vector<SummaryRow>& before, const std::vector<SummaryRow>& now) {
  const auto same = [](const SummaryRow& a, const SummaryRow& b) {
    return a.method == b.method && a.n == b.n && a.unscored == b.unscored &&
           a.clusters == b.clusters && same_bits(a.mean, b.mean) && same_bits(a.lo, b.lo) &&
           same_bits(a.hi, b.hi);
  };
  return std::equal(before.begin(), before.end(), now.begin(), now.end(), same);
}

class CellCheck {
 public:
  CellCheck(const Store& store, const RunCellRow& cell)
      : store_(store), cell_(cell), items_(store.items(cell.cell.dataset_id)) {
    for (const auto& name : nlohmann::json::parse(cell.metrics)) {
      MetricCheck check;
      check.suite = cell.cell.suite;
      check.label = label_of(cell);
      check.metric = name.get<std::string>();
      checks_.push_back(std::move(check));
    }
  }

  std::vector<MetricCheck> go() {
    const bool finished = cell_.attempt_id && cell_.state == "done";
    for (MetricCheck& check : checks_) {
      if (finished && known_metric(check.metric)) {
        known_.push_back(check.metric);
      } else {
        check.sameness = Sameness::kUnfinished;
        check.detail =
            finished ? "this program does not know the metric" : "the cell is not finished";
      }
    }
    if (!known_.empty()) rescore();
    return std::move(checks_);
  }

 private:
  void rescore() {
    const std::int64_t attempt = *cell_.attempt_id;
    const auto before = store_.summaries(attempt);
    const auto now =
        summarise(store_, attempt, known_, items_, [&](const RecordRow& record, const Item& item) {
          auto scores = score_record(known_, record, item);
          for (const ScoreRow& score : scores) compare(record, item, score);
          return scores;
        });
    const bool whole =
        output_hash(store_.database(), attempt) == store_.attempt(attempt).output_hash;
    for (MetricCheck& check : checks_) {
      if (check.sameness == Sameness::kUnfinished) continue;
      const Metric& metric = find_metric(check.metric);
      judge(check, rows_of(before, metric), rows_of(now, metric));
      if (whole) continue;
      check.sameness = Sameness::kDrifted;
      check.detail = "the stored answers are not those with which the cell was finished";
    }
  }

  void compare(const RecordRow& record, const Item& item, const ScoreRow& now) {
    MetricCheck& check = *std::find_if(checks_.begin(), checks_.end(), [&](const MetricCheck& c) {
      return c.metric == now.metric;
    });
    ++check.records;
    const ScoreRow* stored = nullptr;  // by the present version, else by the last one there is
    for (const ScoreRow& score : record.scores) {
      if (score.metric != now.metric) continue;
      if (!stored || stored->version != now.version) stored = &score;
    }
    if (stored && stored->version != now.version) {
      check.detail = fmt::format("scored by version {} of the metric; this program has version {}",
                                 stored->version, now.version);
    }
    if (stored && same_bits(stored->value, now.value)) {
      ++check.identical;
    } else if (check.item_id.empty()) {
      check.item_id = item.id;
      check.before = stored ? stored->value : kNull;
      check.now = now.value;
    }
  }

  static void judge(MetricCheck& check, const std::vector<SummaryRow>& before,
                    const std::vector<SummaryRow>& now) {
    if (check.identical == check.records && same_rows(before, now)) return;
    const std::string outside = outside_interval(before, now);
    check.sameness = outside.empty() ? Sameness::kWithinIntervals : Sameness::kDrifted;
    const std::string what = !outside.empty()                   ? outside
                             : check.identical == check.records ? "the mean or its interval differs"
                                                                : "scores differ";
    check.detail = check.detail.empty() ? what : check.detail + "; " + what;
  }

  const Store& store_;
  const RunCellRow& cell_;
  std::vector<Item> items_;
  std::vector<MetricCheck> checks_;
  std::vector<std::string> known_;  // metrics that are scored
};

}  // namespace

Rescoring rescore_run(const Store& store, std::int64_t run_id) {
  Rescoring result;
  result.run_id = run_id;
  for (const RunCellRow& cell : store.run_cells(run_id)) {
    for (MetricCheck& check : CellCheck(store, cell).go()) {
      result.verdict = std::max(result.verdict, check.sameness);
      result.metrics.push_back(std::move(check));
    }
  }
  if (result.metrics.empty()) result.verdict = Sameness::kUnfinished;
  return result;
}

nlohmann::json to_json(const Rescoring& rescoring) {
  nlohmann::json metrics = nlohmann::json::array();
  for (const MetricCheck& check : rescoring.metrics) {
    nlohmann::json entry{{"suite", check.suite},     {"cell", check.label},
                         {"metric", check.metric},   {"verdict", to_string(check.sameness)},
                         {"records", check.records}, {"identical", check.identical},
                         {"detail", check.detail}};
    if (!check.item_id.empty()) {
      entry["first_difference"] = {
          {"item", check.item_id}, {"before", check.before}, {"now", check.now}};
    }
    metrics.push_back(std::move(entry));
  }
  return {{"run", rescoring.run_id},
          {"verdict", to_string(rescoring.verdict)},
          {"metrics", std::move(metrics)}};
}

}  // namespace quadrant
