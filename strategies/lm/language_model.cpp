#include "strategies/lm/language_model.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/core/sha256.h"
#include "strategies/lm/generate.h"
#include "strategies/lm/score.h"

namespace quadrant {
namespace {

constexpr std::size_t kActivationBytes = std::size_t{256} << 20;
constexpr std::size_t kCacheBytes = std::size_t{512} << 20;

// Tokens in one pass whose activations fill kActivationBytes: the MLP's three products, and about
// eight rows of the model's width.
std::size_t tokens_at_once(const DecoderConfig& config) {
  const int values = 3 * config.ffn_width + 8 * config.width;
  return std::max<std::size_t>(1, kActivationBytes / (sizeof(float) * values));
}

// Tokens whose keys and values fill kCacheBytes.
std::size_t cached_tokens(const DecoderConfig& config) {
  const std::int64_t values = std::int64_t{2} * config.layers * config.kv_heads * config.head_dim;
  return kCacheBytes / (sizeof(float) * values);
}

}  // namespace

double DecoderModel::flops_per_token() const {
  double parameters = static_cast<double>(loaded_.decoder->head().numel());
  for (const Linear* linear : loaded_.decoder->linears()) {
    parameters += static_cast<double>(linear->weight.numel());
  }
  return 2 * parameters;
}

std::vector<Generation> DecoderModel::generate(std::span<const TokenIds> prompts,
                                               const Decoding& decoding) {
  std::vector<Generation> generations(prompts.size());
  std::vector<TokenIds> fitting;
  std::vector<std::size_t> source;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto needed = prompts[i].size() + static_cast<std::size_t>(decoding.max_new_tokens);
    if (prompts[i].empty() || needed > static_cast<std::size_t>(context_window())) {
      generations[i].stop = StopReason::kError;
      generations[i].error =
          prompts[i].empty()
              ? "the prompt is empty"
              : fmt::format("prompt of {} tokens and {} new tokens exceed the context window of {}",
                            prompts[i].size(), decoding.max_new_tokens, context_window());
      continue;
    }
    fitting.push_back(prompts[i]);
    source.push_back(i);
  }
  if (!decoding.forms.empty() && !tokens_) tokens_.emplace(*loaded_.tokenizer);
  const TokenTable* const tokens = tokens_ ? &*tokens_ : nullptr;
  const DecoderConfig& config = loaded_.decoder->config();
  for (const auto& group :
       split_by_cache(fitting, split_by_tree(fitting, tokens_at_once(config)),
                      cached_tokens(config), static_cast<std::size_t>(decoding.max_new_tokens))) {
    std::vector<TokenIds> together;
    Decoding same = decoding;
    same.forms.clear();
    for (const std::size_t i : group) {
      together.push_back(fitting[i]);
      if (!decoding.forms.empty()) same.forms.push_back(decoding.forms.at(source[i]));
    }
    auto answers = generate_greedily(*loaded_.decoder, *loaded_.tokenizer, together, same,
                                     loaded_.end_tokens, tokens);
    for (std::size_t i = 0; i < group.size(); ++i) {
      generations[source[group[i]]] = std::move(answers[i]);
    }
  }
  return generations;
}

std::vector<TokenScores> DecoderModel::score(std::span<const ScoreRequest> requests) {
  const std::vector<TokenIds> sequences = read_tokens(requests);
  std::vector<TokenScores> scores(requests.size());
  for (const auto& group : split_by_tree(sequences, tokens_at_once(loaded_.decoder->config()))) {
    std::vector<ScoreRequest> together;
    for (const std::size_t i : group) together.push_back(requests[i]);
    auto scored = score_tokens(*loaded_.decoder, together);
    for (std::size_t i = 0; i < group.size(); ++i) scores[group[i]] = std::move(scored[i]);
  }
  return scores;
}

std::string weights_hash(Decoder& decoder) {
  Sha256 sha;
  for (const NamedTensor& weight : decoder.weights()) {
    const Tensor values = weight.tensor->to(at::kCPU, at::kFloat).contiguous();
    sha.update(fmt::format("{}[{}]", weight.name, fmt::join(values.sizes(), ",")));
    sha.update(values.const_data_ptr(), values.nbytes());
  }
  return sha.hex();
}

}  // namespace quadrant
