// Continuations, choices and whole texts, scored as lm-eval does (lm_eval/api/model.py,
// TemplateLM._encode_pair and loglikelihood; utils.py, get_rolling_token_windows).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/metrics/option_scores.h"

namespace quadrant {

// Spaces at the end of the context move to the continuation. Both are tokenized as one text, and
// what follows as many tokens as the context alone has is the continuation. A context without
// tokens becomes the end-of-text token. Error naming `where` when there is nothing to start with.
ScoreRequest continuation_request(const Tokenizer& tokenizer, const MarkedText& context,
                                  const MarkedText& continuation, const std::string& where);

struct ChoiceQuestion {
  MarkedText context;
  std::vector<std::string> choices;
  std::string delimiter = " ";    // between the context and a choice
  bool without_question = false;  // are the choices scored with nothing before them, too?
};

// All in one call of the model: what questions and choices share is computed once.
std::vector<std::vector<OptionScore>> score_choices(LanguageModel& model,
                                                    std::span<const ChoiceQuestion> questions);

// Each token once, given as many before it as the window holds, the first after the end-of-text
// token. One window starts with the last token of the one before it; the last reaches back.
std::vector<OptionScore> score_texts(LanguageModel& model, std::span<const std::string> texts);

}  // namespace quadrant
