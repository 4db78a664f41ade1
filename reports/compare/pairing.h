// Which items of two suites ask the same; for comparison.cpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

struct ItemPairs {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;  // positions, in the first suite's order
  std::vector<std::pair<std::string, std::string>> unpaired;  // item id, reason
};

// By a hash over question, targets, choices and answer. What a suite asks twice pairs by its id as
// well, and stays alone where that does not tell which is which.
ItemPairs pair_items(const std::vector<Item>& first, const std::vector<Item>& second);

}  // namespace quadrant
