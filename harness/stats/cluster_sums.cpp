#include "harness/stats/cluster_sums.h"

#include <algorithm>
#include <cmath>

#include "harness/core/error.h"

namespace quadrant {

ClusterSums sum_by_cluster(std::span<const double> values, std::span<const int> clusters) {
  QUADRANT_CHECK(values.size() == clusters.size());
  ClusterSums result;
  std::vector<int> position;  // of a cluster's entry in sums, -1 = not there yet
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      ++result.unscored;
      continue;
    }
    QUADRANT_CHECK(clusters[i] >= 0);
    const auto id = static_cast<std::size_t>(clusters[i]);
    if (id >= position.size()) position.resize(id + 1, -1);
    if (position[id] < 0) {
      position[id] = result.clusters();
      result.sums.push_back(0);
      result.sizes.push_back(0);
    }
    const auto at = static_cast<std::size_t>(position[id]);
    result.sums[at] += values[i];
    result.sizes[at] += 1;
    result.total += values[i];
    result.largest = std::max(result.largest, std::abs(values[i]));
    ++result.n;
  }
  return result;
}

}  // namespace quadrant
