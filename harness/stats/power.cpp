#include "harness/stats/power.h"

#include <cmath>

#include "harness/stats/distributions.h"

namespace quadrant {

double minimum_detectable_effect(double se, double df, double power, double alpha) {
  if (std::isnan(se) || std::isnan(df)) return kUnknown;
  return (student_t_quantile(1 - alpha / 2, df) + student_t_quantile(power, df)) * se;
}

Equivalence equivalence_test(std::span<const double> differences, std::span<const int> clusters,
                             double margin, ScoreRange range) {
  const MeanInterval interval = cluster_t_interval(differences, clusters, 0.90, range);
  // A comparison with NaN is false, as it should be here.
  return {{interval.low, interval.high}, interval.low > -margin && interval.high < margin};
}

}  // namespace quadrant
