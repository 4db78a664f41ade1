#include "harness/stats/reversal.h"

#include <cmath>
#include <limits>

namespace quadrant {
namespace {

bool takes_part(const CostedScore& strategy) {
  return !std::isnan(strategy.score) && !std::isnan(strategy.cost);
}

// Without a price the highest score wins, and among equals the cheapest.
int best_for_nothing(std::span<const CostedScore> strategies) {
  int best = -1;
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    if (!takes_part(strategies[i])) continue;
    if (best >= 0) {
      const CostedScore& now = strategies[static_cast<std::size_t>(best)];
      const bool better = strategies[i].score > now.score ||
                          (strategies[i].score == now.score && strategies[i].cost < now.cost);
      if (!better) continue;
    }
    best = static_cast<int>(i);
  }
  return best;
}

}  // namespace

std::vector<PriceRange> best_by_price(std::span<const CostedScore> strategies) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<PriceRange> ranges;
  double from = 0;
  for (int best = best_for_nothing(strategies); best >= 0;) {
    const CostedScore& now = strategies[static_cast<std::size_t>(best)];
    double to = kInfinity;
    int next = -1;
    for (std::size_t i = 0; i < strategies.size(); ++i) {
      const CostedScore& other = strategies[i];
      if (!takes_part(other) || other.cost >= now.cost) continue;
      const double price = (now.score - other.score) / (now.cost - other.cost);
      const bool sooner =
          price < to ||
          (price == to && other.cost < strategies[static_cast<std::size_t>(next)].cost);
      if (!sooner) continue;
      to = price;
      next = static_cast<int>(i);
    }
    ranges.push_back({best, from, to});
    from = to;
    best = next;
  }
  return ranges;
}

}  // namespace quadrant
