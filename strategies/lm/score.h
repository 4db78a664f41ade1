// Log-probabilities of given tokens: shared prefixes once, the output head only where it is read.
#pragma once

#include <span>
#include <vector>

#include "harness/core/interfaces.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

// What the model reads of each request: all but its last token. So choices of one token each cost
// no more than their question.
std::vector<TokenIds> read_tokens(std::span<const ScoreRequest> requests);

// All requests in one pass; the caller keeps them within memory (split_by_tokens).
std::vector<TokenScores> score_tokens(Decoder& decoder, std::span<const ScoreRequest> requests);

}  // namespace quadrant
