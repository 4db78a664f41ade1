// A context in which the gold value was swapped for another: does the answer follow the passage, or
// what the model knew? The cleanest test of whether context is read.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "datasets/suite.h"

namespace quadrant {

// The value put in the place of the item's own: the first target of the next test item (after the
// last comes the first) that is another value of the same kind: a number for a number, words for
// words, and the same meta["slice"] where both have one. nothing when there is none, or when no
// gold document holds a target as it is written.
std::optional<std::string> counterfactual_value(const Suite& suite, const Item& item);

// `text` with `value` for each whole occurrence of a target, as it is written.
std::string with_value_swapped(const std::string& text, const Item& item, const std::string& value);

struct FlipCount {
  std::size_t items = 0;    // that could be swapped and were answered
  std::size_t flipped = 0;  // the answer holds the swapped value and no target
  std::size_t stayed = 0;   // the answer holds a target and not the swapped value
  double flip_rate() const {
    return items == 0 ? 0 : static_cast<double>(flipped) / static_cast<double>(items);
  }
};
struct CounterfactualAnswer {
  const Item* item;
  std::string answer;
};
// Answers of the counterfactual context. By the same count, a corpus that was updated has the share
// of stale answers: `stayed` of those whose value has changed.
FlipCount count_flips(const Suite& suite, std::span<const CounterfactualAnswer> answers);

}  // namespace quadrant
