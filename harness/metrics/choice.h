// Which of an item's choices an output names: multiple choice and labels, by generation.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace quadrant {

// Compared in the normal form of normalise.h, in this order: the whole output is a choice; the
// output begins with a choice's letter ("B", "(b)", "B. blue"; no bare letter before a word); one
// choice stands in the output as whole words, where a choice inside a longer one that is also there
// does not count. Empty when none or several do. Korean particles hide a label, as for `contains`.
std::optional<int> named_choice(const std::string& output, const std::vector<std::string>& choices);

}  // namespace quadrant
