#include "harness/stats/power.h"

#include <cmath>

#include "harness/core/error.h"
#include "harness/stats/distributions.h"

namespace quadrant {

double minimum_detectable_effect(double se, double df, double power, double alpha) {
  if (std::isnan(se) || std::isnan(df)) return kUnknown;
  return (student_t_quantile(1 - alpha / 2, df) + student_t_quantile(power, df)) * se;
}

int clusters_for_effect(double effect, double se, int clusters, double power, double alpha) {
  QUADRANT_CHECK(effect > 0);
  if (std::isnan(se) || clusters < 2) return 0;
  const double spread = se * std::sqrt(clusters);  // of one cluster
  const auto found = [&](int groups) {
    return minimum_detectable_effect(spread / std::sqrt(groups), groups - 1, power, alpha) <=
           effect;
  };
  constexpr int kMost = 1 << 30;
  int enough = 2;
  while (enough < kMost && !found(enough)) enough *= 2;
  int too_few = enough / 2;
  while (enough - too_few > 1) {
    const int middle = too_few + (enough - too_few) / 2;
    (found(middle) ? enough : too_few) = middle;
  }
  return enough;
}

double planned_se(int items, int clusters, double discordant, double icc) {
  if (items < 1 || clusters < 1) return kUnknown;
  const double per_cluster = static_cast<double>(items) / clusters;
  return std::sqrt(discordant * (1 + (per_cluster - 1) * icc) / items);
}

Equivalence equivalence_test(std::span<const double> differences, std::span<const int> clusters,
                             double margin, ScoreRange range) {
  const MeanInterval interval = cluster_t_interval(differences, clusters, 0.90, range);
  // A comparison with NaN is false, as it should be here.
  return {{interval.low, interval.high}, interval.low > -margin && interval.high < margin};
}

}  // namespace quadrant
