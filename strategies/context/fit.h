// From pieces to the final prompt: the two rules of truncation stated in context.h.
#pragma once

#include <span>
#include <vector>

#include "strategies/context/context.h"
#include "strategies/context/prompt.h"

namespace quadrant {

// `passages` in order of rank. Sets everything but retrieve_ms.
BuiltPrompt fit_prompt(const ContextEnvironment& environment, const Item& item,
                       std::span<const Demonstration> demonstrations,
                       std::span<const ScoredPassage> passages, int budget_tokens);

// Tokens of text inside a prompt: without what the tokenizer adds to every text.
std::size_t count_tokens(const Tokenizer& tokenizer, const std::string& text);

}  // namespace quadrant
