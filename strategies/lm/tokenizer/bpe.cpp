#include "strategies/lm/tokenizer/bpe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/byte_level.h"
#include "strategies/lm/tokenizer/gguf_vocabulary.h"
#include "strategies/lm/tokenizer/merges.h"
#include "strategies/lm/tokenizer/special_tokens.h"
#include "strategies/lm/tokenizer/split.h"

namespace quadrant {
namespace {

const SplitRule& split_rule(const GgufFile& gguf) {
  const std::string name = gguf.find_text("tokenizer.ggml.pre").value_or("");
  std::vector<std::string> known;
  for (const SplitRule& rule : split_rules()) {
    if (name == rule.name) return rule;
    known.push_back(rule.name);
  }
  throw Error(fmt::format("the tokenizer's split rule \"{}\" is not supported", name),
              gguf.path().string() + ", tokenizer.ggml.pre",
              fmt::format("use a model with one of: {}", fmt::join(known, ", ")));
}

Merges read_merges(const GgufFile& gguf, const GgufVocabulary& vocabulary, Sha256& sha) {
  const auto lines = gguf.texts("tokenizer.ggml.merges");
  Merges merges(lines.size());
  std::string result;
  for (std::size_t rank = 0; rank < lines.size(); ++rank) {
    sha.update(lines[rank]);
    sha.update("\n");
    const std::size_t space = lines[rank].find(' ', 1);
    if (space == std::string_view::npos)
      refuse_tokenizer(gguf, fmt::format("merge {} is no pair", rank));
    const std::string_view left = lines[rank].substr(0, space);
    const std::string_view right = lines[rank].substr(space + 1);
    result.assign(left).append(right);
    const auto left_id = vocabulary.find(left), right_id = vocabulary.find(right);
    const auto result_id = vocabulary.find(result);
    if (!left_id || !right_id || !result_id) {
      refuse_tokenizer(gguf, fmt::format("merge {} is not made of tokens", rank));
    }
    merges.add(*left_id, *right_id, static_cast<std::uint32_t>(rank), *result_id);
  }
  return merges;
}

SpecialTokens special_tokens(const GgufVocabulary& vocabulary) {
  std::vector<SpecialTokens::Token> found;
  for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {
    if (vocabulary.is(i, TokenType::kControl) || vocabulary.is(i, TokenType::kUserDefined)) {
      found.push_back({vocabulary.tokens[i], static_cast<std::int32_t>(i)});
    }
  }
  return SpecialTokens(std::move(found));
}

class BpeTokenizer : public ModelTokenizer {
 public:
  explicit BpeTokenizer(const GgufFile& gguf)
      : rule_(split_rule(gguf)),
        vocabulary_(gguf),
        merges_(read_merges(gguf, vocabulary_, sha_)),
        specials_(special_tokens(vocabulary_)),
        ids_(special_ids(gguf, vocabulary_)),
        add_bos_(gguf.find_flag("tokenizer.ggml.add_bos_token").value_or(rule_.add_bos)) {
    if (add_bos_ && !ids_.bos) refuse_tokenizer(gguf, "it wants a BOS token and names none");
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const char one = static_cast<char>(byte);
      byte_ids_[byte] = vocabulary_.find(to_byte_characters({&one, 1}));
    }
    for (std::size_t i = 0; i < vocabulary_.tokens.size(); ++i) {
      const std::string& token = vocabulary_.tokens[i];
      bytes_.push_back(is_plain(i) ? from_byte_characters(token) : token);
      sha_.update(fmt::format("{} {} {} ", i, vocabulary_.types[i], token.size()));
      sha_.update(token);
    }
    sha_.update(fmt::format("byte-level BPE, {}, bos {} {}", rule_.name, add_bos_,
                            add_bos_ ? *ids_.bos : -1));
    hash_ = sha_.hex();
  }

  TokenIds encode(const MarkedText& text) const override {
    TokenIds ids;
    if (add_bos_ && !text.complete) ids.push_back(*ids_.bos);
    for (const SpecialTokens::Piece& piece : specials_.cut(text)) {
      if (piece.id >= 0) {
        ids.push_back(piece.id);
      } else if (rule_.compose && !first_invalid_utf8(piece.text)) {
        encode_plain_piece(to_nfc(piece.text), ids);
      } else {
        encode_plain_piece(piece.text, ids);
      }
    }
    return ids;
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string bytes;
    for (const std::int32_t id : ids) {
      QUADRANT_CHECK(id >= 0 && id < std::ssize(bytes_));
      const auto index = static_cast<std::size_t>(id);
      if (!vocabulary_.is(index, TokenType::kControl)) bytes += bytes_[index];
    }
    return to_valid_utf8(bytes);
  }

  std::vector<std::string> token_bytes() const override {
    std::vector<std::string> bytes = bytes_;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (!is_plain(i)) bytes[i].clear();
    }
    return bytes;
  }

  std::string hash() const override { return hash_; }
  std::optional<std::int32_t> end_of_text() const override {
    const auto id = vocabulary_.find_control("<|endoftext|>");
    return id ? id : ids_.eos;
  }
  const SpecialIds& special() const override { return ids_; }
  std::size_t vocabulary() const override { return vocabulary_.tokens.size(); }
  std::optional<std::int32_t> id_of(std::string_view token) const override {
    return vocabulary_.find(token);
  }

 private:
  bool is_plain(std::size_t id) const {
    return !vocabulary_.is(id, TokenType::kControl) && !vocabulary_.is(id, TokenType::kUserDefined);
  }

  void encode_plain_piece(std::string_view text, TokenIds& ids) const {
    TokenIds word_ids;
    for (const std::string_view word : rule_.split(text)) {
      if (rule_.whole_words) {
        if (const auto whole = whole_word(word)) {
          ids.push_back(*whole);
          continue;
        }
      }
      word_ids.clear();
      for (const char byte : word) {
        // Vocabularies may lack bytes that no training text had (SmolLM2: control characters); like
        // the Hugging Face tokenizer, such a byte leaves no token.
        const auto id = byte_ids_[static_cast<unsigned char>(byte)];
        if (id) word_ids.push_back(*id);
      }
      merges_.apply(word_ids);
      ids.insert(ids.end(), word_ids.begin(), word_ids.end());
    }
  }

  std::optional<std::int32_t> whole_word(std::string_view word) const {
    const auto id = vocabulary_.find(to_byte_characters(word));
    return id && is_plain(static_cast<std::size_t>(*id)) ? id : std::nullopt;
  }

  Sha256 sha_;  // before what feeds it
  const SplitRule& rule_;
  GgufVocabulary vocabulary_;
  Merges merges_;
  SpecialTokens specials_;
  SpecialIds ids_;
  bool add_bos_;
  std::array<std::optional<std::int32_t>, 256> byte_ids_;
  std::vector<std::string> bytes_;  // what each token stands for
  std::string hash_;
};

}  // namespace

std::unique_ptr<ModelTokenizer> load_bpe(const GgufFile& gguf) {
  return std::make_unique<BpeTokenizer>(gguf);
}

}  // namespace quadrant
