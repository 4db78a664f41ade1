// Rank reversal: at which price of a unit of cost another strategy becomes the best choice.
#pragma once

#include <span>
#include <vector>

namespace quadrant {

struct CostedScore {
  double score = 0, cost = 0;  // NaN in either: the strategy does not take part
};

// While a unit of cost is worth between `from` and `to` units of score, strategy `best` has the
// highest score - price * cost.
struct PriceRange {
  int best = 0;  // index into the strategies
  double from = 0, to = 0;
};

// In order of rising price, from 0 to infinity; strategies that are best at no price are absent.
// The threshold between two neighbours is their difference of scores over that of their costs, so
// the interval of the one, divided by the other, is the interval of the threshold.
std::vector<PriceRange> best_by_price(std::span<const CostedScore> strategies);

}  // namespace quadrant
