// "post_processor" of tokenizer.json: the tokens around a text.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "harness/core/types.h"
#include "strategies/lm/tokenizer/json/node.h"

namespace quadrant {

struct Surround {
  TokenIds before, after;
};

// `exists`: whether there is a token of this id. Error naming the component when it is not known.
Surround read_post_processor(const JsonNode& node, const std::function<bool(std::int64_t)>& exists);

}  // namespace quadrant
