// Continuations and the choices of a question, scored as lm-eval does (lm_eval/api/model.py,
// TemplateLM._encode_pair and loglikelihood; api/task.py, process_results).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"

namespace quadrant {

// Spaces at the end of the context move to the continuation. Both are tokenized as one text, and
// what follows as many tokens as the context alone has is the continuation. A context without
// tokens becomes the end-of-text token. With `trusted`, special tokens inside are recognised. Error
// naming `where` when there is nothing to start with.
ScoreRequest continuation_request(const Tokenizer& tokenizer, std::string context,
                                  std::string continuation, bool trusted, const std::string& where);

struct ChoiceQuestion {
  std::string context;
  std::vector<std::string> choices;
  std::string delimiter = " ";  // between the context and a choice
};

struct ChoiceScores {
  std::vector<double> logprobs;  // natural log, of each whole choice
  // The first of the largest, as numpy's argmax: by log-probability ("acc"), and by log-probability
  // for each character of the choice ("acc_norm").
  int best = 0, best_by_character = 0;
};

std::vector<ChoiceScores> score_choices(LanguageModel& model,
                                        std::span<const ChoiceQuestion> questions);

}  // namespace quadrant
