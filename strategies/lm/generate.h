// Greedy generation for a batch of prompts: shared prefixes once, then one token a row a step.
#pragma once

#include <span>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/token_table.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

// `end_tokens`: ids that end an answer. Prompts must be non-empty and fit the context window
// together with decoding.max_new_tokens. Ties go to the smaller id. `tokens` is needed where the
// decoding has forms, which are one a prompt then; log-probabilities are the model's own, of all
// tokens. A row that no token can follow becomes an error.
std::vector<Generation> generate_greedily(Decoder& decoder, const Tokenizer& tokenizer,
                                          std::span<const TokenIds> prompts,
                                          const Decoding& decoding,
                                          std::span<const std::int32_t> end_tokens,
                                          const TokenTable* tokens = nullptr);

}  // namespace quadrant
