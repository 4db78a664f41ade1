// The sums of scores by cluster, which every estimate of this folder starts from.
#pragma once

#include <span>
#include <vector>

namespace quadrant {

struct ClusterSums {
  std::vector<double> sums, sizes;  // one entry per cluster with at least one scored item
  double total = 0;                 // of all scores
  double largest = 0;               // greatest absolute score: the scale of rounding errors
  int n = 0, unscored = 0;
  int clusters() const { return static_cast<int>(sums.size()); }
  double mean() const { return total / n; }  // n > 0
};

// NaN is unscored. `clusters` as number_clusters gives them; same length as `values`.
ClusterSums sum_by_cluster(std::span<const double> values, std::span<const int> clusters);

}  // namespace quadrant
