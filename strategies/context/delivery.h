// Did the answer reach the prompt? Which passages hold a target, by the rule stated in context.h.
#pragma once

#include "harness/core/types.h"
#include "harness/metrics/target_in_text.h"

namespace quadrant {

// The passage comes from a gold document (from any, when the item names none) and holds a target.
// Never for an item that nothing answers.
bool is_relevant(const Passage& passage, const Item& item);

}  // namespace quadrant
