// Recipes: the training set that a tuning's purposes make of a suite. The prompts are built by the
// same template objects that evaluation uses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"
#include "harness/core/interfaces.h"
#include "harness/core/specs.h"

namespace quadrant {

// Why this tuning cannot run on this suite ("no question-answer lines in train.jsonl"), or "".
std::string tuning_obstacle(const TuningSpec& tuning, const Suite& suite);

// Methods and purposes with a line of description each, for `quadrant list tunings`.
struct TuningKind {
  std::string name, description;
};
std::vector<TuningKind> tuning_kinds();

// The purposes that this suite has material for, in the usual order.
std::vector<std::string> possible_purposes(const Suite& suite);

// continued_pretraining: each corpus document (title, newline, text) and each "text" line, closed
// by the end-of-text token, as one sequence; loss on all tokens but the first, which nothing
// predicts. One that is longer than the context window becomes several, cut every `window` tokens.
// domain_qa: each question-answer (or prompt-completion, messages) line as the zero-shot prompt
// plus answer plus end token, in the first kTrainedWordings wordings of the prompt in turn; loss on
// the answer and the end token. Of a messages line the last turn is learnt, which must be the
// assistant's. Error when such a line does not fit the context window. Purposes in the order of
// `tuning.purpose`, lines in the order of their files; a sequence has the stage of its line, those
// of documents the first.
std::vector<TrainingSequence> make_training_set(const TuningSpec& tuning, const Suite& suite,
                                                const LanguageModel& model);

}  // namespace quadrant
