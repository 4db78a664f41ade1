// Texts and conversations as training sequences, by the same template objects that evaluation uses.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "datasets/suite.h"
#include "harness/core/interfaces.h"

namespace quadrant {

// The conversation as the chat template writes it; loss on each answer of the assistant and the end
// behind it. Everything before an answer is tokenized as evaluation's prompt is. Without a chat
// template only the last answer has an end, the end of text. Error when the template writes an
// earlier turn differently once a later one follows.
TrainingSequence learn_answers(const LanguageModel& model, const PromptTemplate& prompt,
                               std::span<const Message> messages);

// The text and the end-of-text token; loss on all but the first token, which nothing predicts. One
// that is longer than the context window becomes several, cut every `window` tokens.
void learn_text(const LanguageModel& model, const std::string& text,
                std::vector<TrainingSequence>& sequences);

// Error that names the answer, and `mend`, when the sequence is longer than the context window.
void require_window(const LanguageModel& model, const TrainingSequence& sequence,
                    std::string_view answer, const std::string& mend);

}  // namespace quadrant
