#include "harness/stats/permutation.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "harness/stats/alike.h"
#include "harness/stats/cluster_sums.h"

namespace quadrant {
namespace {

// One sign per bit of the mask; at most 63 sums.
double signed_sum(std::span<const double> sums, std::uint64_t mask) {
  double total = 0;
  for (const double sum : sums) {
    total += (mask & 1) != 0 ? sum : -sum;
    mask >>= 1;
  }
  return total;
}

double exact_p(std::span<const double> sums, double reached) {
  const std::uint64_t patterns = std::uint64_t{1} << sums.size();
  std::uint64_t extreme = 0;
  for (std::uint64_t mask = 0; mask < patterns; ++mask) {
    if (std::abs(signed_sum(sums, mask)) >= reached) ++extreme;
  }
  return static_cast<double>(extreme) / static_cast<double>(patterns);
}

// How many of the sums that are alike, but for their sign, are added, the others being taken away.
double signed_sum(const AlikeRows& sizes, Rng& rng) {
  double total = 0;
  for (std::size_t kind = 0; kind < sizes.rows.size(); ++kind) {
    const auto count = static_cast<double>(sizes.counts[kind]);
    const auto added = static_cast<double>(binomial(rng, sizes.counts[kind], 0.5));
    total += sizes.rows[kind][0] * (2 * added - count);
  }
  return total;
}

std::optional<AlikeRows> alike_sizes(std::span<const double> sums) {
  std::vector<std::vector<double>> rows;
  for (const double sum : sums) rows.push_back({std::abs(sum)});
  return alike_rows(std::move(rows));
}

double resampled_p(std::span<const double> sums, double reached, std::uint64_t seed,
                   int resamples) {
  constexpr std::size_t kBits = 63;
  Rng rng(seed, "cluster sign-flip");
  const auto alike = alike_sizes(sums);
  int extreme = 0;
  for (int i = 0; i < resamples; ++i) {
    double total = alike ? signed_sum(*alike, rng) : 0;
    for (std::size_t at = 0; !alike && at < sums.size(); at += kBits) {
      total += signed_sum(sums.subspan(at, std::min(kBits, sums.size() - at)), rng.next());
    }
    if (std::abs(total) >= reached) ++extreme;
  }
  return (extreme + 1.0) / (resamples + 1.0);
}

}  // namespace

double cluster_sign_flip_p(std::span<const double> differences, std::span<const int> clusters,
                           std::uint64_t seed, int resamples) {
  QUADRANT_CHECK(resamples > 0);
  const ClusterSums data = sum_by_cluster(differences, clusters);
  if (data.n == 0) return kUnknown;
  // Sums that should be equal differ in their last bits; ties must count as reached.
  const double rounding = 1e-9 * data.largest;
  std::vector<double> sums;
  for (const double sum : data.sums) {
    if (std::abs(sum) > rounding) sums.push_back(sum);
  }
  const double reached = std::abs(data.total) - rounding;
  const bool few = sums.size() < 31 && (1LL << sums.size()) <= resamples;
  return few ? exact_p(sums, reached) : resampled_p(sums, reached, seed, resamples);
}

double mcnemar_exact_p(int only_first, int only_second) {
  QUADRANT_CHECK(only_first >= 0 && only_second >= 0);
  const int n = only_first + only_second, fewer = std::min(only_first, only_second);
  double tail = 0;
  for (int k = 0; k <= fewer; ++k) {
    tail += std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) -
                     n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

PairedTest paired_test(std::span<const double> differences, std::span<const int> clusters,
                       std::uint64_t seed, int resamples) {
  const ClusterSums data = sum_by_cluster(differences, clusters);
  int first = 0, second = 0;
  bool right_or_wrong = data.n > 0 && data.clusters() == data.n;
  for (const double difference : differences) {
    if (std::isnan(difference)) continue;
    first += difference == 1 ? 1 : 0;
    second += difference == -1 ? 1 : 0;
    right_or_wrong = right_or_wrong && (std::abs(difference) == 1 || difference == 0);
  }
  if (right_or_wrong) return {mcnemar_exact_p(first, second), true};
  return {cluster_sign_flip_p(differences, clusters, seed, resamples), false};
}

}  // namespace quadrant
