// The pool that few-shot examples are taken from, and which of it an item may see.
#pragma once

#include <string>
#include <vector>

#include "strategies/context/context.h"
#include "strategies/context/prompt.h"

namespace quadrant {

struct Candidate {
  Demonstration demonstration;
  std::string cluster;
  std::string question_form;  // comparable()
};
std::vector<Candidate> candidates_of(const Suite& suite);  // the question-answer lines of train

// An example about the item's own entity, or the item itself, would hand over the answer.
// `question_form` is comparable() of the item's question.
bool gives_away(const Candidate& candidate, const Item& item, const std::string& question_form);

// Why some item would have fewer than k examples, or an empty string.
std::string few_shot_obstacle(const ContextSpec& spec, const Suite& suite);

}  // namespace quadrant
