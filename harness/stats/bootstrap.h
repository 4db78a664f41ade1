// Intervals by drawing whole clusters again; they need no normal distribution.
//
// Goals: companions of the cluster-t interval, and the only intervals of corpus metrics and of
// results that also depend on the luck of a training. Everything is seeded: the same input gives
// the same bounds. Bounds are NaN below 2 clusters.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "harness/stats/interval.h"

namespace quadrant {

// Percentile bootstrap of the mean. Too narrow with fewer than about 40 clusters.
Bounds cluster_bootstrap(std::span<const double> values, std::span<const int> clusters,
                         std::uint64_t seed, int resamples = 10000, double level = 0.95);

// Bootstrap-t (Efron and Tibshirani 1993, section 12.5): quantiles of (mean* - mean) / se*, times
// the cluster-robust standard error. Follows skewed scores, where cluster-t is symmetric. NaN also
// when no cluster differs from another.
Bounds cluster_bootstrap_t(std::span<const double> values, std::span<const int> clusters,
                           std::uint64_t seed, int resamples = 10000, double level = 0.95);

// Corpus metrics (BLEU, chrF, macro-F1) are no means of items, but functions of sums over items.
// An item's sufficient statistics; all items have the same number of them; empty = unscored.
using Statistics = std::vector<double>;
using CorpusScore = std::function<double(std::span<const double> sums)>;

struct CorpusInterval {
  double score = kUnknown;  // of all scored items
  Bounds interval;          // percentile
};
CorpusInterval corpus_bootstrap(std::span<const Statistics> items, std::span<const int> clusters,
                                const CorpusScore& score, std::uint64_t seed, int resamples = 10000,
                                double level = 0.95);

// Two arms on the same items, which are drawn together. Items unscored in an arm are left out of
// both. p of "no difference" as sacreBLEU's paired bootstrap (Koehn 2004; Riezler and Maxwell
// 2005): the share of resampled differences at least as far from their mean as the difference is
// from 0, (c + 1) / (resamples + 1).
struct CorpusDifference {
  double first = kUnknown, second = kUnknown, difference = kUnknown;  // first - second
  Bounds interval;
  double p = kUnknown;
};
CorpusDifference paired_corpus_bootstrap(std::span<const Statistics> first,
                                         std::span<const Statistics> second,
                                         std::span<const int> clusters, const CorpusScore& score,
                                         std::uint64_t seed, int resamples = 10000,
                                         double level = 0.95);

// Documents and training seeds drawn again, both at once (the pigeonhole bootstrap, Owen 2007): the
// interval of a mean that should hold for other documents and for other trainings. `by_seed` has
// one vector of item values a seed. NaN below 2 seeds. Slightly too wide by construction; with few
// seeds still rough.
Bounds pigeonhole_bootstrap(std::span<const std::vector<double>> by_seed,
                            std::span<const int> clusters, std::uint64_t seed,
                            int resamples = 10000, double level = 0.95);

}  // namespace quadrant
