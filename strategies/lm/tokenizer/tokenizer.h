// The tokenizer of a language model: ids and text, and the ids with a meaning of their own.
//
// Kinds: byte-level BPE of GGUF files (bpe.h), the sentencepiece library (sentencepiece.h), and
// tokenizer.json (json/). A further kind is a file beside these and one line in tokenizer.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
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

// Sets `ends` from the others.
void set_ends(SpecialIds& ids);

class ModelTokenizer : public Tokenizer {
 public:
  virtual const SpecialIds& special() const = 0;
  std::optional<std::int32_t> start_of_text() const override {
    return special().bos ? special().bos : special().eos;
  }
  virtual std::size_t vocabulary() const = 0;
  virtual std::optional<std::int32_t> id_of(
      std::string_view token) const = 0;  // as the file writes it
};

// By tokenizer.ggml.model. Error naming the kinds there are when the file's is none of them.
std::unique_ptr<ModelTokenizer> load_tokenizer(const GgufFile& gguf);

// Of a Hugging Face model folder: tokenizer.json, else tokenizer.model, with the special tokens of
// tokenizer_config.json and special_tokens_map.json. Error naming what is missing, or the part of
// tokenizer.json that is not known.
std::unique_ptr<ModelTokenizer> load_tokenizer(const std::filesystem::path& folder);

// The text of a stream of tokens as it grows: what has been handed out never changes, and no
// character is handed out in part. The parts together are decode() of all ids, of which the last
// may be an unfinished character.
class TextStream {
 public:
  explicit TextStream(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  std::string add(std::int32_t id);  // the text that became certain, often ""
  std::string finish();              // what is left: the bytes of a broken character as U+FFFD

 private:
  std::string next(bool last);

  const Tokenizer& tokenizer_;
  // Ids from `begin_` on are decoded again with each new one. The first of them, up to `known_`,
  // only give the context: some tokenizers write a word differently at the start of a text.
  TokenIds ids_;
  std::size_t begin_ = 0, known_ = 0;
  std::size_t written_ = 0;  // bytes handed out beyond those of ids_[begin_, known_)
};

}  // namespace quadrant
