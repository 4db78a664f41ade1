// Did the answer reach the prompt? Which passages hold a target, by the rule stated in context.h.
#pragma once

#include <string>
#include <string_view>

#include "harness/core/types.h"

namespace quadrant {

// Lower case, NFC, each run of white space one space, none at the edges. Text must be valid UTF-8.
std::string comparable(std::string_view text);

// Neither side prepared. False for a target without visible characters.
bool contains_target(std::string_view text, std::string_view target);

// The passage comes from a gold document (from any, when the item names none) and holds a target.
// Never for an item that nothing answers.
bool is_relevant(const Passage& passage, const Item& item);

}  // namespace quadrant
