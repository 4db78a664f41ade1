// "normalizer" of tokenizer.json: what happens to plain text before it is cut.
#pragma once

#include <functional>
#include <string>

#include "strategies/lm/tokenizer/json/node.h"

namespace quadrant {

// Valid UTF-8 in, valid UTF-8 out.
using Normaliser = std::function<std::string(std::string)>;

// Error naming the component when it is not known.
Normaliser read_normaliser(const JsonNode& node);

}  // namespace quadrant
