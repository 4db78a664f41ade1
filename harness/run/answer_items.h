// Answers to a batch of questions, in the suite's output type: generated, or by log-probabilities.
#pragma once

#include <span>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/usage.h"
#include "harness/metrics/option_scores.h"
#include "strategies/context/context.h"

namespace quadrant {

struct Question {
  const BuiltPrompt& prompt;  // without an error
  const Item& item;
};

// What was scored has no ids: its text is the most likely choice, or the continuation when each of
// its tokens was the most likely one; its log-probability is that of this choice, or of the whole.
struct ItemAnswer {
  Generation generation;
  std::vector<OptionScore> options;  // of the choices, or of the one continuation or text
  std::optional<Usage> usage = {};   // of what was generated, as Workbench::usage says
};

std::vector<ItemAnswer> answer_items(LanguageModel& model, const Suite& suite,
                                     std::span<const Question> questions);

}  // namespace quadrant
