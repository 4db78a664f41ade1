#include "harness/stats/alike.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quadrant {
namespace {

// For few expected successes: along the distribution, until a uniform number is used up.
std::uint64_t binomial_by_inversion(Rng& rng, double n, double p) {
  const double odds = p / (1 - p), step = (n + 1) * odds;
  double left = rng.uniform(), chance = std::pow(1 - p, n), successes = 0;
  while (left > chance && successes < n) {
    left -= chance;
    ++successes;
    chance *= step / successes - odds;
  }
  return static_cast<std::uint64_t>(successes);
}

// Transformed rejection: BTRS of Hoermann 1993, "The generation of binomial random variates".
// p is at most .5.
std::uint64_t binomial_by_rejection(Rng& rng, double n, double p) {
  const double spread = std::sqrt(n * p * (1 - p));
  const double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double centre = n * p + 0.5, sure = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * spread;
  const double mode = std::floor((n + 1) * p), log_odds = std::log(p / (1 - p));
  const double at_mode = std::lgamma(mode + 1) + std::lgamma(n - mode + 1);
  while (true) {
    const double u = rng.uniform() - 0.5, v = rng.uniform(), edge = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / edge + b) * u + centre);
    if (k < 0 || k > n) continue;
    if (edge >= 0.07 && v <= sure) return static_cast<std::uint64_t>(k);
    const double bound = std::log(v * alpha / (a / (edge * edge) + b));
    const double likely =
        at_mode - std::lgamma(k + 1) - std::lgamma(n - k + 1) + (k - mode) * log_odds;
    if (bound <= likely) return static_cast<std::uint64_t>(k);
  }
}

}  // namespace

std::uint64_t binomial(Rng& rng, std::uint64_t n, double p) {
  constexpr double kFew = 10;  // expected successes
  if (n == 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(rng, n, 1 - p);
  const auto trials = static_cast<double>(n);
  return trials * p < kFew ? binomial_by_inversion(rng, trials, p)
                           : binomial_by_rejection(rng, trials, p);
}

std::optional<AlikeRows> alike_rows(std::vector<std::vector<double>> rows) {
  constexpr std::size_t kFewest = 500;
  constexpr std::size_t kWorth = 20;  // a draw of one kind takes as long as so many single ones
  if (rows.size() < kFewest) return std::nullopt;
  std::sort(rows.begin(), rows.end());
  AlikeRows alike;
  for (std::vector<double>& row : rows) {
    if (alike.rows.empty() || alike.rows.back() != row) {
      if (kWorth * alike.rows.size() >= rows.size()) return std::nullopt;
      alike.rows.push_back(std::move(row));
      alike.counts.push_back(0);
    }
    ++alike.counts.back();
  }
  return alike;
}

void draw_alike(Rng& rng, const AlikeRows& alike, std::vector<std::uint64_t>& drawn) {
  drawn.assign(alike.counts.size(), 0);
  std::uint64_t there = std::accumulate(alike.counts.begin(), alike.counts.end(), std::uint64_t{0});
  std::uint64_t left = there;  // draws
  for (std::size_t kind = 0; kind < drawn.size() && left > 0; ++kind) {
    const double share = static_cast<double>(alike.counts[kind]) / static_cast<double>(there);
    drawn[kind] = binomial(rng, left, share);
    left -= drawn[kind];
    there -= alike.counts[kind];
  }
}

}  // namespace quadrant
