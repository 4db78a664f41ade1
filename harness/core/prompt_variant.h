// The prompts that a search over prompts tries: an instruction, a layout of the question, examples.
//
// None of them holds a fact of any suite. The list is fixed: the same trial is the same prompt
// everywhere, so that a search can be repeated, and every trial be named by its number.
#pragma once

#include <cstdint>
#include <string>

namespace quadrant {

struct PromptVariant {
  std::string instruction;  // put behind the suite's system text; "" = that text alone
  std::string layout;       // with {question}; "" = the suite's own wordings, in turn
  int examples = 0;         // before the question
  int draw = 0;             // which examples: the number of the draw
};

inline constexpr int kMostTrials = 100;
inline constexpr int kMostVariantExamples = 8;

// Trial 0 is the suite's prompt as it is, trial 1 the same after four examples; those that follow
// combine all parts, in an order drawn once for all, none twice.
PromptVariant prompt_variant(int trial);

}  // namespace quadrant
