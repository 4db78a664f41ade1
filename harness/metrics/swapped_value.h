// A gold value swapped for another in the passages: does the answer follow them, or what the model
// knew? The cleanest test of whether context is read.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "harness/core/types.h"

namespace quadrant {

// What stands in for the item's own value: the first target of the next of `items` (after the last
// comes the first) that is another value of the same kind: a number for a number, words for words,
// and the same meta["slice"] where both have one. nothing when there is none.
std::optional<std::string> other_value(std::span<const Item> items, const Item& item);

enum class Follows {
  kPassage,  // the answer holds the swapped value and no target
  kMemory,   // the answer holds a target and not the swapped value
  kNeither,  // both, or none
};
Follows what_is_followed(const std::string& answer, const Item& item, const std::string& value);

}  // namespace quadrant
