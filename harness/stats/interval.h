// Intervals for a mean over items that come in clusters (all questions about one document).
//
// Goals: an interval that stays honest with few clusters, with missing scores and with samples that
// do not vary. Non-goals: models with several random effects.
// A score of NaN means "could not be scored": left out, and counted in `unscored`.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace quadrant {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Where single scores can lie. A difference of two scores in [0, 1] lies in [-1, 1].
struct ScoreRange {
  double low = 0, high = 1;
};

// One number per item, from 0 without gaps in the order of first appearance. An empty id means
// that the item is a cluster of its own (Item::cluster).
std::vector<int> number_clusters(const std::vector<std::string>& ids);

enum class IntervalMethod {
  kNone,      // fewer than 2 clusters: the spread cannot be known, low and high are NaN
  kClusterT,  // cluster-robust standard error, Student t with clusters - 1 degrees of freedom
  kFlat,      // no spread between clusters: see cluster_t_interval
  kWilson,    // Wilson's, on an effective number of items: see harness/stats/describe.h
};
const char* to_string(IntervalMethod method);  // none, cluster-t, flat, wilson

struct MeanInterval {
  double mean = kUnknown;  // over scored items, each weighing the same; NaN when there is none
  double low = kUnknown, high = kUnknown;
  double se = kUnknown;  // cluster-robust standard error of the mean
  double df = kUnknown;  // clusters - 1
  double level = 0.95;
  int n = 0, clusters = 0;  // scored items, and the clusters they come from
  int unscored = 0;
  IntervalMethod method = IntervalMethod::kNone;
};

// The primary interval. `values` and `clusters` (from number_clusters) have one entry per item.
// The mean is the ratio of cluster sums to cluster sizes; its variance is
// G/(G-1) * sum over clusters of (sum of residuals)^2 / n^2 (Liang and Zeger 1986, as statsmodels'
// OLS with cov_type="cluster"). Low and high are cut at `range`.
//
// When every cluster has the same mean, that formula gives zero: certainty that a sample cannot
// give. Then the method is kFlat: with probability `level`, at most a share
// q = 1 - ((1 - level) / 2)^(1/G) of all clusters differs from what was seen (the exact binomial
// bound for 0 of G), and the interval is as wide as if those lay at the ends of `range`; `se` is
// the one its wider side implies. With an unbounded range low, high and se are NaN.
MeanInterval cluster_t_interval(std::span<const double> values, std::span<const int> clusters,
                                double level = 0.95, ScoreRange range = {});

struct Bounds {
  double low = kUnknown, high = kUnknown;
};

// Wilson's score interval (1927) for `successes` of `n` independent items; both may be fractional.
// `quantile` is the normal's (1.96 for 95 %), or Student's for a variance that was estimated.
Bounds wilson_interval(double successes, double n, double quantile);

}  // namespace quadrant
