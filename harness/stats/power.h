// What a design could have found, and whether a difference is small enough not to matter.
#pragma once

#include <span>

#include "harness/stats/interval.h"

namespace quadrant {

// The true effect that a two-sided t test at `alpha` finds with probability `power`:
// (t[1 - alpha/2] + t[power]) * se (Bloom 1995); about 2.8 se with many clusters.
double minimum_detectable_effect(double se, double df, double power = 0.8, double alpha = 0.05);

struct Equivalence {
  Bounds interval;          // 90 %
  bool equivalent = false;  // it lies strictly inside (-margin, margin)
};

// Two one-sided tests at .05 (Schuirmann 1987) on the cluster-t interval. `range` is that of the
// differences. Without an interval nothing is equivalent.
Equivalence equivalence_test(std::span<const double> differences, std::span<const int> clusters,
                             double margin, ScoreRange range);

}  // namespace quadrant
