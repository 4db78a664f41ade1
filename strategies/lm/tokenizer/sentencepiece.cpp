#include "strategies/lm/tokenizer/sentencepiece.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/gguf_vocabulary.h"
#include "strategies/lm/tokenizer/json/model.h"
#include "strategies/lm/tokenizer/piece_model.h"
#include "strategies/lm/tokenizer/special_tokens.h"

namespace quadrant {
namespace {

constexpr std::string_view kSpace = "\u2581";  // how sentencepiece writes a space

bool is_type(const PieceModel::Piece& piece, TokenType type) {
  return piece.type == static_cast<int>(type);
}

std::string bytes_of(const PieceModel::Piece& piece) {
  if (is_type(piece, TokenType::kByte)) {
    if (const auto byte = byte_of_token(piece.text)) return {static_cast<char>(*byte)};
  }
  std::string bytes;
  for (std::size_t at = 0; at < piece.text.size();) {
    const bool space = piece.text.compare(at, kSpace.size(), kSpace) == 0;
    bytes += space ? ' ' : piece.text[at];
    at += space ? kSpace.size() : 1;
  }
  return bytes;
}

class SentencePiece : public ModelTokenizer {
 public:
  struct Rules {
    SpecialIds ids;
    bool add_bos = false, add_eos = false;
  };

  SentencePiece(const PieceModel& model, Rules rules, const std::string& where)
      : processor_(model, where), rules_(std::move(rules)), vocabulary_(model.pieces.size()) {
    std::vector<SpecialTokens::Token> specials;
    for (std::size_t i = 0; i < vocabulary_; ++i) {
      const PieceModel::Piece& piece = model.pieces[i];
      const auto id = static_cast<std::int32_t>(i);
      ids_.emplace(piece.text, id);
      silent_.push_back(is_type(piece, TokenType::kControl) || is_type(piece, TokenType::kUnknown));
      if (silent_.back()) specials.push_back({piece.text, id});
      bytes_.push_back(silent_.back() ? "" : bytes_of(piece));
    }
    specials_ = SpecialTokens(std::move(specials));
    if ((rules_.add_bos && !rules_.ids.bos) || (rules_.add_eos && !rules_.ids.eos)) {
      throw Error("the tokenizer adds a BOS or EOS token and names none", where,
                  "download the model again");
    }
    hash_ = sha256_hex(fmt::format("sentencepiece {} {} {}", sha256_hex(model.serialise()),
                                   rules_.add_bos ? *rules_.ids.bos : -1,
                                   rules_.add_eos ? *rules_.ids.eos : -1));
  }

  TokenIds encode(const MarkedText& text) const override {
    TokenIds ids;
    if (rules_.add_bos && !text.complete) ids.push_back(*rules_.ids.bos);
    for (const SpecialTokens::Piece& piece : specials_.cut(text)) {
      if (piece.id >= 0) {
        ids.push_back(piece.id);
        continue;
      }
      processor_.encode(piece.text, ids);
    }
    if (rules_.add_eos && !text.complete) ids.push_back(*rules_.ids.eos);
    return ids;
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    TokenIds spoken;
    for (const std::int32_t id : ids) {
      QUADRANT_CHECK(id >= 0 && static_cast<std::size_t>(id) < vocabulary_);
      if (!silent_[static_cast<std::size_t>(id)]) spoken.push_back(id);
    }
    return to_valid_utf8(processor_.decode(spoken));
  }

  std::vector<std::string> token_bytes() const override { return bytes_; }
  std::string hash() const override { return hash_; }
  std::optional<std::int32_t> end_of_text() const override { return rules_.ids.eos; }
  const SpecialIds& special() const override { return rules_.ids; }
  std::size_t vocabulary() const override { return vocabulary_; }
  std::optional<std::int32_t> id_of(std::string_view token) const override {
    const auto found = ids_.find(std::string(token));
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  PieceProcessor processor_;
  Rules rules_;
  std::size_t vocabulary_;
  std::unordered_map<std::string, std::int32_t> ids_;
  std::vector<bool> silent_;        // tokens that stand for no text
  std::vector<std::string> bytes_;  // what each token stands for, "" for none
  SpecialTokens specials_;
  std::string hash_;
};

// No text may become such a piece by itself.
void hide_controls(PieceModel& model) {
  for (PieceModel::Piece& piece : model.pieces) {
    if (is_type(piece, TokenType::kUserDefined) && is_written_as_control(piece.text)) {
      piece.type = static_cast<int>(TokenType::kControl);
    }
  }
}

std::string with_marked_spaces(std::string_view text) {
  std::string marked;
  for (const char c : text) c == ' ' ? marked += kSpace : marked += c;
  return marked;
}

std::vector<double> read_scores(const GgufFile& gguf, std::size_t tokens) {
  std::vector<double> scores = gguf.numbers("tokenizer.ggml.scores");
  if (scores.size() != tokens) {
    refuse_tokenizer(gguf, fmt::format("{} tokens, {} scores", tokens, scores.size()));
  }
  return scores;
}

}  // namespace

std::unique_ptr<ModelTokenizer> load_sentencepiece(const GgufFile& gguf) {
  const GgufVocabulary vocabulary(gguf);
  const std::vector<double> scores = read_scores(gguf, vocabulary.tokens.size());
  PieceModel model;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {
    PieceModel::Piece piece{vocabulary.tokens[i], static_cast<float>(scores[i]),
                            static_cast<int>(vocabulary.types[i])};
    // GGUF writers put plain spaces into the pieces that were added by hand.
    if (is_type(piece, TokenType::kUserDefined)) piece.text = with_marked_spaces(piece.text);
    if (is_type(piece, TokenType::kByte)) ++bytes;
    model.pieces.push_back(std::move(piece));
  }
  // Writers of GGUF files have the unknown token as a control token.
  if (const auto unknown = gguf.find_integer("tokenizer.ggml.unknown_token_id")) {
    if (*unknown < 0 || *unknown >= std::ssize(model.pieces)) {
      refuse_tokenizer(gguf, "its unknown token is no token");
    }
    model.pieces[static_cast<std::size_t>(*unknown)].type = static_cast<int>(TokenType::kUnknown);
  }
  hide_controls(model);
  const auto flag = [&](const char* key, bool otherwise) {
    return gguf.find_flag(key).value_or(otherwise);
  };
  model.rest = write_rules(
      {.byte_fallback = bytes == 256,
       .add_dummy_prefix = flag("tokenizer.ggml.add_space_prefix", true),
       .remove_extra_whitespaces = flag("tokenizer.ggml.remove_extra_whitespaces", false)});
  return std::make_unique<SentencePiece>(
      model,
      SentencePiece::Rules{.ids = special_ids(gguf, vocabulary),
                           .add_bos = flag("tokenizer.ggml.add_bos_token", true),
                           .add_eos = flag("tokenizer.ggml.add_eos_token", false)},
      gguf.path().string());
}

std::unique_ptr<ModelTokenizer> load_sentencepiece(const std::filesystem::path& model_file,
                                                   const HfTokenizerConfig& config) {
  auto model = parse_piece_model(MappedFile(model_file).bytes());
  if (!model || model->pieces.empty()) {
    throw Error("this is not a sentencepiece model", model_file.string(),
                "download the model again");
  }
  for (const AddedToken& token : config.added) {
    const auto id = static_cast<std::size_t>(token.id);
    if (id >= model->pieces.size()) {
      throw Error(
          fmt::format("the added token \"{}\" is not in the sentencepiece model", token.content),
          model_file.string(), "add the model's tokenizer.json, which has all tokens");
    }
    if (token.special && !is_type(model->pieces[id], TokenType::kUnknown)) {
      model->pieces[id].type = static_cast<int>(TokenType::kControl);
    }
  }
  hide_controls(*model);
  const auto id = [&](const char* key) -> std::optional<std::int32_t> {
    const auto token = config.tokens.find(key);
    if (token == config.tokens.end()) return std::nullopt;
    const auto found = std::ranges::find(model->pieces, token->second, &PieceModel::Piece::text);
    if (found == model->pieces.end()) return std::nullopt;
    return static_cast<std::int32_t>(found - model->pieces.begin());
  };
  SpecialIds ids;
  ids.bos = id("bos_token");
  ids.eos = id("eos_token");
  ids.pad = id("pad_token");
  set_ends(ids);
  return std::make_unique<SentencePiece>(
      *model,
      SentencePiece::Rules{.ids = ids,
                           .add_bos = config.add_bos.value_or(ids.bos.has_value()),
                           .add_eos = config.add_eos.value_or(false)},
      model_file.string());
}

}  // namespace quadrant
