#include "harness/run/predict.h"

#include <algorithm>
#include <cmath>

#include "harness/core/prompt_variant.h"
#include "harness/core/training_cost.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

constexpr std::size_t kSampled = 50;  // texts looked at: enough for an estimate

std::string filled(std::string pattern, const std::string& question) {
  static const std::string kField = "{question}";
  if (const auto at = pattern.find(kField); at != std::string::npos) {
    pattern.replace(at, kField.size(), question);
  }
  return pattern;
}

Prediction with_time(double tokens, double flops, const std::optional<double>& speed) {
  Prediction prediction{tokens, flops, {}};
  if (speed && *speed > 0 && !std::isnan(flops)) prediction.seconds = flops / *speed;
  return prediction;
}

}  // namespace

Speed known_speed(const Store* store) {
  if (!store) return {};
  Speed speed{store->answering_speed(), store->training_speed()};
  if (!speed.training) speed.training = speed.answering;
  return speed;
}

TokenSizes measure(const Suite& suite, const LanguageModel& model) {
  const Tokenizer& tokenizer = model.tokenizer();
  TokenSizes sizes;
  const std::size_t items = std::min(kSampled, suite.test.size());
  for (std::size_t i = 0; i < items; ++i) {
    const Item& item = suite.test[i];
    std::vector<Message> messages;
    if (!suite.prompt.system.empty()) messages.push_back({"system", suite.prompt.system});
    messages.push_back({"user", filled(suite.prompt.question, item.question)});
    const MarkedText prompt = model.chat_template().render(messages, true);
    sizes.question += static_cast<double>(tokenizer.encode(prompt).size());
    if (!item.targets.empty()) {
      sizes.answer += static_cast<double>(tokenizer.encode_plain(item.targets[0]).size());
    }
  }
  const std::size_t documents = std::min(kSampled, suite.corpus.size());
  for (std::size_t i = 0; i < documents; ++i) {
    sizes.document += static_cast<double>(tokenizer.encode_plain(suite.corpus[i].text).size());
  }
  if (items > 0) sizes.question /= static_cast<double>(items);
  if (items > 0) sizes.answer /= static_cast<double>(items);
  if (documents > 0) sizes.document /= static_cast<double>(documents);
  return sizes;
}

Prediction predict_cell(const TokenSizes& sizes, const Suite& suite, const ContextSpec& context,
                        std::int64_t items, double flops_per_token, const Speed& speed) {
  double prompt = sizes.question;
  const double budget = context.budget_tokens;
  if (shows_examples(context)) {
    prompt += context.k * (sizes.question + sizes.answer);
  }
  if (context.kind == "optimised") {  // of the best one nobody knows yet how long it is
    const int examples =
        context.trial < 0 ? kMostVariantExamples / 2 : prompt_variant(context.trial).examples;
    prompt += examples * (sizes.question + sizes.answer);
  }
  if (retrieves_passages(context)) {
    prompt += std::min<double>(budget,
                               context.k * std::min<double>(context.chunk_tokens, sizes.document));
  }
  if (context.kind == "oracle" || context.kind == "counterfactual") {
    prompt += std::min(budget, sizes.document);
  }
  double answer = suite.prompt.max_new_tokens;
  if (suite.output_type != "generate_until") {
    answer = sizes.answer * static_cast<double>(std::max<std::size_t>(
                                1, suite.test.empty() ? 1 : suite.test[0].choices.size()));
  }
  const double tokens = static_cast<double>(items) * (prompt + answer);
  return with_time(tokens, tokens * flops_per_token, speed.answering);
}

Prediction predict_training(std::int64_t tokens, const TuningSpec& tuning, double flops_per_token,
                            const Speed& speed) {
  const double all = static_cast<double>(tokens) * tuning.epochs;
  return with_time(all, training_passes(tuning).layers * all * flops_per_token, speed.training);
}

}  // namespace quadrant
