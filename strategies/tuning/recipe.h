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

// Of continued_pretraining and domain_qa those that this suite has material for.
std::vector<std::string> possible_purposes(const Suite& suite);

// continued_pretraining: each corpus document (title, newline, text) and each "text" line.
// domain_qa: each line that answers as the zero-shot prompt plus answer plus end token, in the
// first kTrainedWordings wordings of the prompt in turn; of a conversation all of the assistant's
// turns. Error when such a line does not fit the context window. reading: each question-answer line
// whose answer stands in a document, with passages as rag cuts them (those most like the question
// by BM25): the gold one among `distractors` others, each place in turn; in 1 - gold_share of the
// examples, evenly spread, only others. format_only: as many questions as there are lines that
// answer, about a company of another world. sham: the sequences of the other purposes, filled with
// unrelated text of the same length. Purposes in the order of `tuning.purpose`, lines in the order
// of their files; then replay. A sequence has the stage of its line, those of
// documents the first.
std::vector<TrainingSequence> make_training_set(const TuningSpec& tuning, const Suite& suite,
                                                const LanguageModel& model);

// With tuning.early_stop: the suite's dev questions with their first targets, as reading and
// domain_qa would train them. Without: nothing.
std::vector<TrainingSequence> make_dev_set(const TuningSpec& tuning, const Suite& suite,
                                           const LanguageModel& model);

}  // namespace quadrant
