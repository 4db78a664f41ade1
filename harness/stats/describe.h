// The summary of one cell: how good one strategy is on one task.
#pragma once

#include <span>

#include "harness/stats/interval.h"

namespace quadrant {

// The mean of scores in [0, 1] with its 95 % interval. When every score is 0 or 1, the interval is
// Wilson's on n_eff = min(n, mean (1 - mean) / se^2) items with Student's quantile (Korn and
// Graubard's effective sample size), because cluster-t fails near 0 and 1, where cells of a model
// that knows nothing lie; all 0 or all 1 counts as one item per cluster. Otherwise cluster-t.
// `se` is the cluster-robust one in both cases.
MeanInterval summarise_cell(std::span<const double> scores, std::span<const int> clusters);

}  // namespace quadrant
