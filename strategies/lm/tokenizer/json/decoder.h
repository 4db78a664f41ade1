// "decoder" of tokenizer.json: how tokens become text again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strategies/lm/tokenizer/json/node.h"

namespace quadrant {

// Changes the tokens in place; joined, they are the text. It may hold broken UTF-8.
using TokenDecoder = std::function<void(std::vector<std::string>& tokens)>;

// Error naming the component when it is not known.
TokenDecoder read_decoder(const JsonNode& node);

}  // namespace quadrant
