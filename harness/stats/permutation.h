// Exact and resampled tests for paired scores that need no distribution.
#pragma once

#include <cstdint>
#include <span>

#include "harness/stats/interval.h"

namespace quadrant {

// Two-sided p of "the mean difference is 0": under it a whole cluster's differences could as well
// have had the other sign. Exact when the clusters that are not 0 have at most `resamples` sign
// patterns, else (c + 1) / (resamples + 1) (Phipson and Smyth 2010). NaN differences are left out;
// NaN when none is left. With G clusters p is never below 2^(1-G): five clusters cannot reach .05.
double cluster_sign_flip_p(std::span<const double> differences, std::span<const int> clusters,
                           std::uint64_t seed, int resamples = 10000);

// Exact two-sided McNemar test: of the items that exactly one arm got right, `only_first` went to
// the first and `only_second` to the second. For items that are not clustered.
double mcnemar_exact_p(int only_first, int only_second);

// p of a paired difference: exact McNemar where it applies (every cluster is one item, and every
// difference is -1, 0 or 1: right or wrong), else the sign-flip test, of which it is the limit.
struct PairedTest {
  double p = kUnknown;
  bool mcnemar = false;
};
PairedTest paired_test(std::span<const double> differences, std::span<const int> clusters,
                       std::uint64_t seed, int resamples = 10000);

}  // namespace quadrant
