#include "harness/run/answer_items.h"

#include "harness/core/error.h"
#include "harness/run/cell_spec.h"
#include "harness/run/continuation.h"
#include "harness/run/execution.h"

namespace quadrant {
namespace {

std::vector<ItemAnswer> generate_answers(LanguageModel& model, const PromptTemplate& prompt,
                                         std::span<const Question> questions) {
  std::vector<TokenIds> prompts;
  Decoding decoding{prompt.max_new_tokens, prompt.stop};
  bool any_form = false;
  for (const Question& question : questions) {
    prompts.push_back(question.prompt.ids);
    decoding.forms.push_back(question.prompt.form);
    any_form = any_form || question.prompt.form;
  }
  if (!any_form) decoding.forms.clear();
  std::vector<ItemAnswer> answers;
  for (Generation& generation : model.generate(prompts, decoding)) {
    answers.push_back({std::move(generation), {}});
  }
  return answers;
}

std::vector<std::vector<OptionScore>> score_continuations(LanguageModel& model, const Suite& suite,
                                                          std::span<const Question> questions) {
  const bool choices = suite.output_type == "multiple_choice";
  std::vector<ChoiceQuestion> asked;
  for (const auto& [prompt, item] : questions) {
    ChoiceQuestion question{{prompt.text, prompt.trusted, prompt.complete},
                            item.choices,
                            prompt.delimiter,
                            asks_without_question(suite)};
    if (!choices) question.choices = {item.targets[0]};
    asked.push_back(std::move(question));
  }
  return score_choices(model, asked);
}

std::vector<std::vector<OptionScore>> score_whole_texts(LanguageModel& model,
                                                        std::span<const Question> questions) {
  std::vector<std::string> texts;
  for (const Question& question : questions) texts.push_back(question.item.targets[0]);
  std::vector<std::vector<OptionScore>> scores;
  for (const OptionScore& score : score_texts(model, texts)) scores.push_back({score});
  return scores;
}

ItemAnswer chosen(std::vector<OptionScore> options, const Item& item, double milliseconds) {
  std::vector<double> logprobs;
  for (const OptionScore& option : options) logprobs.push_back(option.logprob);
  const auto best = static_cast<std::size_t>(most_likely(logprobs));
  ItemAnswer answer;
  answer.generation.stop = StopReason::kChoice;
  answer.generation.logprob = logprobs[best];
  answer.generation.prefill_ms = milliseconds;
  if (options.size() == item.choices.size()) {
    answer.generation.text = item.choices[best];
  } else if (options[0].greedy) {
    answer.generation.text = item.targets[0];
  }
  answer.options = std::move(options);
  return answer;
}

}  // namespace

std::vector<ItemAnswer> answer_items(LanguageModel& model, const Suite& suite,
                                     std::span<const Question> questions) {
  if (suite.output_type == "generate_until") {
    return generate_answers(model, suite.prompt, questions);
  }
  const Stopwatch watch;
  auto scores = suite.output_type == "loglikelihood_rolling"
                    ? score_whole_texts(model, questions)
                    : score_continuations(model, suite, questions);
  QUADRANT_CHECK(scores.size() == questions.size());
  const double share = 1000 * watch.seconds() / static_cast<double>(questions.size());
  std::vector<ItemAnswer> answers;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    answers.push_back(chosen(std::move(scores[i]), questions[i].item, share));
  }
  return answers;
}

}  // namespace quadrant
