#include "harness/stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "harness/stats/alike.h"
#include "harness/stats/cluster_sums.h"

namespace quadrant {
namespace {

// Linear between order statistics, as numpy.quantile. `sorted` is not empty.
double quantile_of(const std::vector<double>& sorted, double probability) {
  const double at = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Bounds percentiles(std::vector<double> values, double level) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {quantile_of(values, (1 - level) / 2), quantile_of(values, (1 + level) / 2)};
}

// As many clusters as there are, with replacement.
void draw(Rng& rng, std::vector<std::size_t>& drawn) {
  const auto groups = static_cast<std::uint64_t>(drawn.size());
  for (std::size_t& one : drawn) one = static_cast<std::size_t>(rng.below(groups));
}

struct MeanAndError {
  double mean = 0, error = 0;
};

MeanAndError of_drawn(const ClusterSums& data, const std::vector<std::size_t>& drawn) {
  double sum = 0, size = 0;
  for (const std::size_t g : drawn) {
    sum += data.sums[g];
    size += data.sizes[g];
  }
  MeanAndError result{sum / size, 0};
  double squares = 0;
  for (const std::size_t g : drawn) {
    const double residual = data.sums[g] - result.mean * data.sizes[g];
    squares += residual * residual;
  }
  const auto groups = static_cast<double>(drawn.size());
  result.error = std::sqrt(groups / (groups - 1) * squares) / size;
  return result;
}

// Rows of sum and size.
std::optional<AlikeRows> alike_clusters(const ClusterSums& data) {
  std::vector<std::vector<double>> rows;
  for (std::size_t g = 0; g < data.sums.size(); ++g) rows.push_back({data.sums[g], data.sizes[g]});
  return alike_rows(std::move(rows));
}

MeanAndError of_drawn(const AlikeRows& alike, const std::vector<std::uint64_t>& drawn) {
  double sum = 0, size = 0, groups = 0, squares = 0;
  for (std::size_t kind = 0; kind < drawn.size(); ++kind) {
    const auto times = static_cast<double>(drawn[kind]);
    sum += times * alike.rows[kind][0];
    size += times * alike.rows[kind][1];
    groups += times;
  }
  MeanAndError result{sum / size, 0};
  for (std::size_t kind = 0; kind < drawn.size(); ++kind) {
    const double residual = alike.rows[kind][0] - result.mean * alike.rows[kind][1];
    squares += static_cast<double>(drawn[kind]) * residual * residual;
  }
  result.error = std::sqrt(groups / (groups - 1) * squares) / size;
  return result;
}

// Draws clusters with replacement, again and again: one by one, or by kind.
class Resampler {
 public:
  Resampler(const ClusterSums& data, Rng rng)
      : data_(data), rng_(rng), alike_(alike_clusters(data)), drawn_(data.sums.size()) {}
  MeanAndError next() {
    if (alike_) {
      draw_alike(rng_, *alike_, times_);
      return of_drawn(*alike_, times_);
    }
    draw(rng_, drawn_);
    return of_drawn(data_, drawn_);
  }

 private:
  const ClusterSums& data_;
  Rng rng_;
  std::optional<AlikeRows> alike_;
  std::vector<std::size_t> drawn_;
  std::vector<std::uint64_t> times_;
};

// Rows of sum and size under each seed; both are [groups, seeds].
std::optional<AlikeRows> alike_documents(const std::vector<double>& sums,
                                         const std::vector<double>& sizes, std::size_t seeds) {
  std::vector<std::vector<double>> rows(sums.size() / seeds);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    rows[i / seeds].push_back(sums[i]);
    rows[i / seeds].push_back(sizes[i]);
  }
  return alike_rows(std::move(rows));
}

// The statistics of each cluster's items, summed. Items in `left_out` are not counted.
std::vector<Statistics> sums_of_clusters(std::span<const Statistics> items,
                                         std::span<const int> clusters,
                                         const std::vector<bool>& left_out) {
  QUADRANT_CHECK(items.size() == clusters.size());
  std::vector<Statistics> sums;
  std::vector<int> position;  // of a cluster in sums, -1 = not there yet
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (left_out[i]) continue;
    const auto id = static_cast<std::size_t>(clusters[i]);
    if (id >= position.size()) position.resize(id + 1, -1);
    if (position[id] < 0) {
      position[id] = static_cast<int>(sums.size());
      sums.emplace_back(items[i].size(), 0.0);
    }
    Statistics& sum = sums[static_cast<std::size_t>(position[id])];
    QUADRANT_CHECK(sum.size() == items[i].size());
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += items[i][k];
  }
  return sums;
}

double score_of(const std::vector<Statistics>& clusters, const std::vector<std::size_t>& drawn,
                const CorpusScore& score) {
  Statistics total(clusters[0].size(), 0.0);
  for (const std::size_t g : drawn) {
    for (std::size_t k = 0; k < total.size(); ++k) total[k] += clusters[g][k];
  }
  return score(total);
}

std::vector<std::size_t> each_once(std::size_t groups) {
  std::vector<std::size_t> all(groups);
  for (std::size_t g = 0; g < groups; ++g) all[g] = g;
  return all;
}

std::vector<bool> unscored(std::span<const Statistics> items) {
  std::vector<bool> result;
  for (const Statistics& item : items) result.push_back(item.empty());
  return result;
}

}  // namespace

Bounds cluster_bootstrap(std::span<const double> values, std::span<const int> clusters,
                         std::uint64_t seed, int resamples, double level) {
  QUADRANT_CHECK(resamples > 0 && level > 0 && level < 1);
  const ClusterSums data = sum_by_cluster(values, clusters);
  if (data.clusters() < 2) return {};
  Resampler resampler(data, Rng(seed, "cluster bootstrap"));
  std::vector<double> means(static_cast<std::size_t>(resamples));
  for (double& mean : means) mean = resampler.next().mean;
  return percentiles(std::move(means), level);
}

Bounds cluster_bootstrap_t(std::span<const double> values, std::span<const int> clusters,
                           std::uint64_t seed, int resamples, double level) {
  QUADRANT_CHECK(resamples > 0 && level > 0 && level < 1);
  const ClusterSums data = sum_by_cluster(values, clusters);
  if (data.clusters() < 2) return {};
  const MeanAndError whole = of_drawn(data, each_once(data.sums.size()));
  const double rounding = 1e-12 * data.largest;
  if (whole.error <= rounding) return {};
  Resampler resampler(data, Rng(seed, "bootstrap-t"));
  std::vector<double> studentised;
  for (int i = 0; i < resamples; ++i) {
    const MeanAndError again = resampler.next();
    // One cluster drawn over and over has no spread of its own; such a draw says nothing.
    if (again.error > rounding) studentised.push_back((again.mean - whole.mean) / again.error);
  }
  const Bounds t = percentiles(std::move(studentised), level);
  return {whole.mean - t.high * whole.error, whole.mean - t.low * whole.error};
}

CorpusInterval corpus_bootstrap(std::span<const Statistics> items, std::span<const int> clusters,
                                const CorpusScore& score, std::uint64_t seed, int resamples,
                                double level) {
  QUADRANT_CHECK(resamples > 0 && level > 0 && level < 1);
  const auto sums = sums_of_clusters(items, clusters, unscored(items));
  if (sums.empty()) return {};
  std::vector<std::size_t> drawn = each_once(sums.size());
  CorpusInterval result{score_of(sums, drawn, score), {}};
  if (sums.size() < 2) return result;
  Rng rng(seed, "corpus bootstrap");
  std::vector<double> scores;
  for (int i = 0; i < resamples; ++i) {
    draw(rng, drawn);
    scores.push_back(score_of(sums, drawn, score));
  }
  result.interval = percentiles(std::move(scores), level);
  return result;
}

CorpusDifference paired_corpus_bootstrap(std::span<const Statistics> first,
                                         std::span<const Statistics> second,
                                         std::span<const int> clusters, const CorpusScore& score,
                                         std::uint64_t seed, int resamples, double level) {
  QUADRANT_CHECK(resamples > 0 && level > 0 && level < 1 && first.size() == second.size());
  std::vector<bool> left_out = unscored(first);
  for (std::size_t i = 0; i < second.size(); ++i) left_out[i] = left_out[i] || second[i].empty();
  const auto a = sums_of_clusters(first, clusters, left_out);
  const auto b = sums_of_clusters(second, clusters, left_out);
  if (a.empty()) return {};
  std::vector<std::size_t> drawn = each_once(a.size());
  CorpusDifference result;
  result.first = score_of(a, drawn, score);
  result.second = score_of(b, drawn, score);
  result.difference = result.first - result.second;
  if (a.size() < 2) return result;
  Rng rng(seed, "corpus bootstrap");
  std::vector<double> differences;
  double mean = 0;
  for (int i = 0; i < resamples; ++i) {
    draw(rng, drawn);
    differences.push_back(score_of(a, drawn, score) - score_of(b, drawn, score));
    mean += differences.back() / resamples;
  }
  const double reached = std::abs(result.difference) - 1e-12;
  const auto extreme = std::count_if(differences.begin(), differences.end(),
                                     [&](double d) { return std::abs(d - mean) >= reached; });
  result.p = (static_cast<double>(extreme) + 1) / (resamples + 1);
  result.interval = percentiles(std::move(differences), level);
  return result;
}

Bounds pigeonhole_bootstrap(std::span<const std::vector<double>> by_seed,
                            std::span<const int> clusters, std::uint64_t seed, int resamples,
                            double level) {
  QUADRANT_CHECK(resamples > 0 && level > 0 && level < 1);
  const std::size_t groups =
      clusters.empty()
          ? 0
          : static_cast<std::size_t>(*std::max_element(clusters.begin(), clusters.end())) + 1;
  const std::size_t seeds = by_seed.size();
  if (groups < 2 || seeds < 2) return {};
  std::vector<double> sums(groups * seeds, 0.0), sizes(groups * seeds, 0.0);  // [groups, seeds]
  for (std::size_t s = 0; s < seeds; ++s) {
    QUADRANT_CHECK(by_seed[s].size() == clusters.size());
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      if (std::isnan(by_seed[s][i])) continue;
      const std::size_t at = static_cast<std::size_t>(clusters[i]) * seeds + s;
      sums[at] += by_seed[s][i];
      sizes[at] += 1;
    }
  }
  const auto alike = alike_documents(sums, sizes, seeds);
  Rng rng(seed, "pigeonhole bootstrap");
  std::vector<std::size_t> documents(groups), trainings(seeds);
  std::vector<std::uint64_t> times;
  std::vector<double> means;
  for (int i = 0; i < resamples; ++i) {
    if (alike) {
      draw_alike(rng, *alike, times);
    } else {
      draw(rng, documents);
    }
    draw(rng, trainings);
    double sum = 0, size = 0;
    for (std::size_t kind = 0; kind < times.size(); ++kind) {
      for (const std::size_t s : trainings) {
        sum += static_cast<double>(times[kind]) * alike->rows[kind][2 * s];
        size += static_cast<double>(times[kind]) * alike->rows[kind][2 * s + 1];
      }
    }
    for (std::size_t d = 0; !alike && d < groups; ++d) {
      for (const std::size_t s : trainings) {
        sum += sums[documents[d] * seeds + s];
        size += sizes[documents[d] * seeds + s];
      }
    }
    if (size > 0) means.push_back(sum / size);
  }
  return percentiles(std::move(means), level);
}

}  // namespace quadrant
