#include "harness/stats/interval.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "harness/core/error.h"
#include "harness/stats/cluster_sums.h"
#include "harness/stats/distributions.h"

namespace quadrant {
namespace {

// Standard error of the mean; 0 when no cluster's mean differs from it by more than rounding.
double cluster_robust_se(const ClusterSums& data) {
  const double mean = data.mean(), rounding = 1e-12 * data.largest;
  double squares = 0;
  bool flat = true;
  for (std::size_t g = 0; g < data.sums.size(); ++g) {
    const double residual = data.sums[g] - mean * data.sizes[g];
    flat = flat && std::abs(residual) <= rounding * data.sizes[g];
    squares += residual * residual;
  }
  if (flat) return 0;
  const double groups = data.clusters();
  return std::sqrt(groups / (groups - 1) * squares) / data.n;
}

void set_flat_bounds(MeanInterval& result, double quantile, ScoreRange range) {
  result.method = IntervalMethod::kFlat;
  result.se = kUnknown;
  if (!std::isfinite(range.low) || !std::isfinite(range.high)) return;
  const double share = 1 - std::pow((1 - result.level) / 2, 1.0 / result.clusters);
  result.low = result.mean - share * (result.mean - range.low);
  result.high = result.mean + share * (range.high - result.mean);
  result.se = std::max(result.high - result.mean, result.mean - result.low) / quantile;
}

}  // namespace

const char* to_string(IntervalMethod method) {
  switch (method) {
    case IntervalMethod::kNone:
      return "none";
    case IntervalMethod::kClusterT:
      return "cluster-t";
    case IntervalMethod::kFlat:
      return "flat";
    case IntervalMethod::kWilson:
      return "wilson";
  }
  return "";
}

std::vector<int> number_clusters(const std::vector<std::string>& ids) {
  std::vector<int> numbers;
  numbers.reserve(ids.size());
  std::unordered_map<std::string, int> known;
  int next = 0;
  for (const auto& id : ids) {
    if (id.empty()) {
      numbers.push_back(next++);
      continue;
    }
    const auto [entry, is_new] = known.try_emplace(id, next);
    if (is_new) ++next;
    numbers.push_back(entry->second);
  }
  return numbers;
}

MeanInterval cluster_t_interval(std::span<const double> values, std::span<const int> clusters,
                                double level, ScoreRange range) {
  QUADRANT_CHECK(level > 0 && level < 1);
  const ClusterSums data = sum_by_cluster(values, clusters);
  MeanInterval result;
  result.level = level;
  result.n = data.n;
  result.clusters = data.clusters();
  result.unscored = data.unscored;
  if (data.n == 0) return result;
  result.mean = data.mean();
  if (result.clusters < 2) return result;

  result.df = result.clusters - 1;
  const double quantile = student_t_quantile((1 + level) / 2, result.df);
  result.se = cluster_robust_se(data);
  if (result.se == 0) {
    set_flat_bounds(result, quantile, range);
    return result;
  }
  result.method = IntervalMethod::kClusterT;
  result.low = std::max(range.low, result.mean - quantile * result.se);
  result.high = std::min(range.high, result.mean + quantile * result.se);
  return result;
}

Bounds wilson_interval(double successes, double n, double quantile) {
  QUADRANT_CHECK(n > 0 && successes >= 0 && successes <= n);
  const double share = successes / n, square = quantile * quantile;
  const double middle = (share + square / (2 * n)) / (1 + square / n);
  const double half =
      quantile / (1 + square / n) * std::sqrt(share * (1 - share) / n + square / (4 * n * n));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace quadrant
