#include "harness/run/summarise.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "harness/core/error.h"
#include "harness/metrics/metric.h"
#include "harness/stats/bootstrap.h"
#include "harness/stats/interval.h"

namespace quadrant {
namespace {

SummaryRow summary_row(const Metric& metric, const char* method, std::span<const double> values,
                       const std::vector<std::string>& clusters) {
  const MeanInterval interval = cluster_t_interval(values, number_clusters(clusters));
  return {metric.name,       metric.version, method,      interval.n,   interval.unscored,
          interval.clusters, interval.mean,  interval.se, interval.low, interval.high};
}

SummaryRow corpus_row(const Metric& metric, const std::vector<Statistics>& statistics,
                      const std::vector<std::string>& clusters) {
  constexpr int kResamples = 1000;  // as sacreBLEU does
  const auto unscored = std::count_if(statistics.begin(), statistics.end(),
                                      [](const Statistics& one) { return one.empty(); });
  const std::vector<int> numbers = number_clusters(clusters);
  std::set<int> scored;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!statistics[i].empty()) scored.insert(numbers[i]);
  }
  const CorpusInterval value =
      corpus_bootstrap(statistics, numbers, metric.from_statistics, /*seed=*/0, kResamples);
  return {metric.name,        metric.version,
          kCorpusMethod,      static_cast<std::int64_t>(statistics.size()) - unscored,
          unscored,           static_cast<std::int64_t>(scored.size()),
          value.score,        kNull,
          value.interval.low, value.interval.high};
}

}  // namespace

std::vector<ScoreRow> score_record(const std::vector<std::string>& metrics, const RecordRow& record,
                                   const Item& item) {
  const auto options = options_from_text(record.answer);
  std::vector<ScoreRow> scores;
  for (const std::string& name : metrics) {
    const Metric& metric = find_metric(name);
    const double value =
        record.error.empty() ? score_of(metric, record.output, options, item) : kNull;
    scores.push_back({metric.name, metric.version, value});
  }
  return scores;
}

std::vector<ScoreRow> stored_scores(const RecordRow& record, const Item&) { return record.scores; }

std::vector<SummaryRow> summarise(const Store& store, std::int64_t attempt_id,
                                  const std::vector<std::string>& metrics,
                                  std::span<const Item> items, const ScoreSource& scores) {
  struct Part {
    std::vector<std::string> clusters;
    std::map<std::string, std::vector<double>> values;  // by metric
    std::map<std::string, std::vector<Statistics>> statistics;
  };
  Part answerable, unanswerable;
  store.for_each_record(attempt_id, [&](const RecordRow& record) {
    const Item& item = items[static_cast<std::size_t>(record.item_no)];
    Part& part = is_answerable(item) ? answerable : unanswerable;
    part.clusters.push_back(item.cluster);
    const std::vector<ScoreRow> given = scores(record, item);
    for (const std::string& name : metrics) {
      const Metric& metric = find_metric(name);
      double value = kNull;
      for (const ScoreRow& score : given) {
        if (score.metric == metric.name && score.version == metric.version) value = score.value;
      }
      part.values[name].push_back(value);
      if (!metric.statistics) continue;
      part.statistics[name].push_back(
          record.error.empty()
              ? statistics_of(metric, record.output, options_from_text(record.answer), item)
              : Statistics{});
    }
  });
  std::vector<SummaryRow> rows;
  for (const std::string& name : metrics) {
    const Metric& metric = find_metric(name);
    rows.push_back(
        summary_row(metric, kSummaryMethod, answerable.values[name], answerable.clusters));
    if (metric.statistics) {
      rows.push_back(corpus_row(metric, answerable.statistics[name], answerable.clusters));
    }
    if (unanswerable.clusters.empty()) continue;
    rows.push_back(
        summary_row(metric, kUnanswerableMethod, unanswerable.values[name], unanswerable.clusters));
  }
  return rows;
}

void bring_scores_up_to_date(Store& store, const AttemptRow& attempt,
                             const std::vector<std::string>& metrics, std::span<const Item> items) {
  const auto known = store.summaries(attempt.id);
  std::vector<std::string> missing;
  for (const std::string& name : metrics) {
    const Metric& metric = find_metric(name);
    bool found = false;
    for (const SummaryRow& row : known) {
      found = found || (row.metric == metric.name && row.version == metric.version);
    }
    if (!found) missing.push_back(name);
  }
  if (missing.empty()) return;
  std::vector<Store::RecordScore> scores;
  store.for_each_record(attempt.id, [&](const RecordRow& record) {
    const Item& item = items[static_cast<std::size_t>(record.item_no)];
    for (ScoreRow& score : score_record(missing, record, item)) {
      scores.push_back({record.id, std::move(score)});
    }
  });
  store.put_scores(scores);
  store.finish_attempt(attempt.id, attempt.output_hash,
                       summarise(store, attempt.id, missing, items));
}

}  // namespace quadrant
