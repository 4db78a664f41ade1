#include "strategies/lm/language_model.h"

#include <fmt/format.h>

#include "harness/core/sha256.h"
#include "strategies/lm/generate.h"
#include "strategies/lm/score.h"

namespace quadrant {
namespace {

// A pass over so many tokens holds about 100 MB of activations at most for models of this size.
constexpr std::size_t kTokensAtOnce = 4096;

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
  std::size_t begin = 0;
  for (const std::size_t end : split_by_tokens(fitting, kTokensAtOnce)) {
    const auto group = generate_greedily(*loaded_.decoder, *loaded_.tokenizer,
                                         std::span(fitting).subspan(begin, end - begin), decoding,
                                         loaded_.end_tokens);
    for (std::size_t i = begin; i < end; ++i) generations[source[i]] = group[i - begin];
    begin = end;
  }
  return generations;
}

std::vector<TokenScores> DecoderModel::score(std::span<const ScoreRequest> requests) {
  std::vector<TokenIds> sequences;
  for (const ScoreRequest& request : requests) sequences.push_back(request.ids);
  std::vector<TokenScores> scores;
  std::size_t begin = 0;
  for (const std::size_t end : split_by_tokens(sequences, kTokensAtOnce)) {
    const auto group = score_tokens(*loaded_.decoder, requests.subspan(begin, end - begin));
    scores.insert(scores.end(), group.begin(), group.end());
    begin = end;
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
