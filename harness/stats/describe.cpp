#include "harness/stats/describe.h"

#include <algorithm>
#include <cmath>

#include "harness/stats/distributions.h"

namespace quadrant {

MeanInterval summarise_cell(std::span<const double> scores, std::span<const int> clusters) {
  MeanInterval result = cluster_t_interval(scores, clusters);
  const bool binary = std::all_of(scores.begin(), scores.end(), [](double score) {
    return std::isnan(score) || score == 0 || score == 1;
  });
  if (!binary || result.method == IntervalMethod::kNone) return result;
  const double spread = result.mean * (1 - result.mean);
  const double effective =
      spread > 0 ? std::min<double>(result.n, spread / (result.se * result.se)) : result.clusters;
  const double quantile = student_t_quantile((1 + result.level) / 2, result.df);
  const Bounds bounds = wilson_interval(result.mean * effective, effective, quantile);
  result.low = bounds.low;
  result.high = bounds.high;
  result.method = IntervalMethod::kWilson;
  return result;
}

}  // namespace quadrant
