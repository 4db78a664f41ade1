// quadrant::LanguageModel over a decoder: batches within memory, rows that do not fit refused.
#pragma once

#include <memory>
#include <optional>

#include "harness/core/interfaces.h"
#include "harness/core/token_table.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

// Everything a base model brings along.
struct LoadedModel {
  std::unique_ptr<Decoder> decoder;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<ChatTemplate> chat_template;
  std::vector<std::int32_t> end_tokens;  // ids that end an answer
  std::string name;                      // for adapter_config.json
  std::string weights_hash;              // SHA-256 of names, shapes and fp32 values
};

class DecoderModel : public LanguageModel {
 public:
  explicit DecoderModel(LoadedModel loaded) : loaded_(std::move(loaded)) {}
  const Tokenizer& tokenizer() const override { return *loaded_.tokenizer; }
  const ChatTemplate& chat_template() const override { return *loaded_.chat_template; }
  int context_window() const override { return loaded_.decoder->config().context; }
  double flops_per_token() const override;
  std::vector<Generation> generate(std::span<const TokenIds> prompts,
                                   const Decoding& decoding) override;
  std::vector<TokenScores> score(std::span<const ScoreRequest> requests) override;

  Decoder& decoder() { return *loaded_.decoder; }
  const LoadedModel& loaded() const { return loaded_; }

 private:
  LoadedModel loaded_;
  std::optional<TokenTable> tokens_;  // once a form was asked for
};

// SHA-256 over names, shapes and fp32 values of all weights.
std::string weights_hash(Decoder& decoder);

}  // namespace quadrant
