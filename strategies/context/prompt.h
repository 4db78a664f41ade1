// The pieces every prompt is made of; evaluation and training both build theirs here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/suite.h"
#include "harness/core/interfaces.h"
#include "harness/core/types.h"

namespace quadrant {

// Puts values in the place of "{name}". One pass: a "{name}" inside a value stays as it is, and so
// do braces around anything else.
using Placeholder = std::pair<std::string_view, std::string_view>;  // name without braces, value
std::string fill_template(std::string_view text, std::span<const Placeholder> placeholders);

// The prompt in one of its wordings; `number` counts on from the first after the last.
PromptTemplate in_wording(const PromptTemplate& prompt, std::uint64_t number);

// "[1] Title\ntext\n\n[2] Title\ntext": numbered from 1, an empty line between.
std::string passage_block(std::span<const ScoredPassage> passages);

// An example with its answer, shown before the question as turns of its own.
struct Demonstration {
  std::string question, answer;
};

// The suite's system text (if any), the demonstrations, the question; with passages the question
// stands in prompt.context, without in prompt.question.
std::vector<Message> prompt_messages(const PromptTemplate& prompt,
                                     std::span<const Demonstration> demonstrations,
                                     std::span<const ScoredPassage> passages,
                                     const std::string& question);
std::vector<Message> zero_shot_messages(const PromptTemplate& prompt, const std::string& question);
// For training lines that bring a whole user turn of their own.
std::vector<Message> user_messages(const PromptTemplate& prompt, const std::string& user_turn);

// By the model's chat template. Without one, a suite with a delimiter has its own plain text: an
// empty line before each further question, the delimiter before each answer.
MarkedText render(const LanguageModel& model, const PromptTemplate& prompt,
                  std::span<const Message> messages, bool add_generation_prompt);

struct RenderedPrompt {
  MarkedText text;  // chat template included
  TokenIds ids;
};
// What the model gets to answer: the messages and the opening of the assistant's turn.
RenderedPrompt render_prompt(const LanguageModel& model, const PromptTemplate& prompt,
                             std::span<const Message> messages);

}  // namespace quadrant
