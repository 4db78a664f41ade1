// Greedy generation for a batch of prompts: shared prefixes once, then one token a row a step.
#pragma once

#include <span>
#include <vector>

#include "harness/core/interfaces.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

// `end_tokens`: ids that end an answer. Prompts must be non-empty and fit the context window
// together with decoding.max_new_tokens. Ties go to the smaller id.
std::vector<Generation> generate_greedily(Decoder& decoder, const Tokenizer& tokenizer,
                                          std::span<const TokenIds> prompts,
                                          const Decoding& decoding,
                                          std::span<const std::int32_t> end_tokens);

}  // namespace quadrant
