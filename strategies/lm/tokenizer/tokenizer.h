// The tokenizer of a language model: ids and text, and the ids with a meaning of their own.
//
// A further kind (sentencepiece, tokenizer.json) is one file beside this one and one line in
// tokenizer.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "harness/core/interfaces.h"
#include "strategies/lm/weights/gguf.h"

namespace quadrant {

struct SpecialIds {
  std::optional<std::int32_t> bos, eos, pad;
  std::optional<std::int32_t> end_of_turn;  // closes a chat turn: tokenizer.ggml.eot_token_id, else
                                            // <|im_end|> where the vocabulary has it as special
  TokenIds ends;  // an answer is over at any of these: eos and end_of_turn, ascending
};

class ModelTokenizer : public Tokenizer {
 public:
  virtual const SpecialIds& special() const = 0;
  virtual std::size_t vocabulary() const = 0;
  virtual std::optional<std::int32_t> id_of(
      std::string_view token) const = 0;  // as the file writes it
};

// By tokenizer.ggml.model. Error naming the kinds there are when the file's is none of them.
std::unique_ptr<ModelTokenizer> load_tokenizer(const GgufFile& gguf);

}  // namespace quadrant
