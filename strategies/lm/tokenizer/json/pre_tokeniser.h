// "pre_tokenizer" of tokenizer.json: how normalised text is cut into words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strategies/lm/tokenizer/json/node.h"

namespace quadrant {

// Cuts each of the words further. `at_start`: the first one begins the whole text.
using PreTokeniser = std::function<void(std::vector<std::string>& words, bool at_start)>;

// Error naming the component, or its pattern, when it is not known.
PreTokeniser read_pre_tokeniser(const JsonNode& node);

}  // namespace quadrant
