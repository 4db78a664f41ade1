// A context in which the gold value was swapped for another: does the answer follow the passage, or
// what the model knew? The cleanest test of whether context is read.
#pragma once

#include <optional>
#include <string>

#include "datasets/suite.h"

namespace quadrant {

// The value put in the place of the item's own (harness/metrics/swapped_value.h); nothing also when
// no gold document holds a target as it is written.
std::optional<std::string> counterfactual_value(const Suite& suite, const Item& item);

// `text` with `value` for each whole occurrence of a target, as it is written.
std::string with_value_swapped(const std::string& text, const Item& item, const std::string& value);

}  // namespace quadrant
