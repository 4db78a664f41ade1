// What a design could have found, and whether a difference is small enough not to matter.
#pragma once

#include <span>

#include "harness/stats/interval.h"

namespace quadrant {

// The true effect that a two-sided t test at `alpha` finds with probability `power`:
// (t[1 - alpha/2] + t[power]) * se (Bloom 1995); about 2.8 se with many clusters.
double minimum_detectable_effect(double se, double df, double power = 0.8, double alpha = 0.05);

// How many clusters of the same size a design needs to find `effect` with probability `power`, when
// `clusters` of them gave the standard error `se`. 0 when that cannot be told (se unknown).
int clusters_for_effect(double effect, double se, int clusters, double power = 0.8,
                        double alpha = 0.05);

// The standard error that a paired difference of right-or-wrong scores will have, before anything
// is measured: sqrt(discordant * design effect / items), design effect = 1 + (items / clusters - 1)
// * icc. `discordant` is the expected share of items that only one arm gets right.
double planned_se(int items, int clusters, double discordant = 0.4, double icc = 0.2);

struct Equivalence {
  Bounds interval;          // 90 %
  bool equivalent = false;  // it lies strictly inside (-margin, margin)
};

// Two one-sided tests at .05 (Schuirmann 1987) on the cluster-t interval. `range` is that of the
// differences. Without an interval nothing is equivalent.
Equivalence equivalence_test(std::span<const double> differences, std::span<const int> clusters,
                             double margin, ScoreRange range);

}  // namespace quadrant
