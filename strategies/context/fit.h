// From pieces to the final prompt: the two rules of truncation stated in context.h.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "strategies/context/context.h"
#include "strategies/context/prompt.h"

namespace quadrant {

struct PassagesToShow {
  std::span<const ScoredPassage> ranked;  // the best first; the last are left out first
  int budget_tokens = 0;
  std::string_view order = "rotated";  // ContextSpec::passage_order
};

// Sets everything but retrieve_ms.
BuiltPrompt fit_prompt(const ContextEnvironment& environment, const Item& item,
                       std::span<const Demonstration> demonstrations,
                       const PassagesToShow& passages = {});

// Tokens of text inside a prompt: without what the tokenizer adds to every text.
std::size_t count_tokens(const Tokenizer& tokenizer, const std::string& text);

}  // namespace quadrant
