#include "strategies/lm/tokenizer/json/tokenizer_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/json/decoder.h"
#include "strategies/lm/tokenizer/json/model.h"
#include "strategies/lm/tokenizer/json/normaliser.h"
#include "strategies/lm/tokenizer/json/post_processor.h"
#include "strategies/lm/tokenizer/json/pre_tokeniser.h"
#include "strategies/lm/tokenizer/special_tokens.h"

namespace quadrant {
namespace {

bool is_white_space(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::vector<AddedToken> read_added(const JsonNode& root) {
  std::vector<AddedToken> tokens;
  if (!root.has("added_tokens")) return tokens;
  for (const JsonNode& node : root.at("added_tokens").elements()) {
    AddedToken token;
    const std::int64_t id = node.at("id").integer();
    if (id < 0 || id > INT32_MAX) node.refuse(fmt::format("the id {} is no token", id));
    token.id = static_cast<std::int32_t>(id);
    token.content = node.text("content");
    token.special = node.flag("special", false);
    token.lstrip = node.flag("lstrip", false);
    token.rstrip = node.flag("rstrip", false);
    if (node.flag("single_word", false)) {
      node.refuse(
          fmt::format("the added token \"{}\" with single_word is not supported", token.content));
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

std::set<std::string> special_contents(const std::vector<AddedToken>& added) {
  std::set<std::string> contents;
  for (const AddedToken& token : added) {
    if (token.special) contents.insert(token.content);
  }
  return contents;
}

class JsonTokenizer : public ModelTokenizer {
 public:
  JsonTokenizer(const JsonNode& root, const HfTokenizerConfig& config)
      : added_(read_added(root)),
        model_(read_word_model(root.at("model"), special_contents(added_))) {
    if (root.has("normalizer")) normalise_ = read_normaliser(root.at("normalizer"));
    if (root.has("pre_tokenizer")) pre_tokenise_ = read_pre_tokeniser(root.at("pre_tokenizer"));
    if (root.has("decoder")) decode_ = read_decoder(root.at("decoder"));
    for (const auto& [token, id] : model_->table()) name(id, token);
    for (const AddedToken& token : added_) name(token.id, token.content);
    specials_ = find_added();
    read_ids(config);
    if (root.has("post_processor")) {
      surround_ = read_post_processor(root.at("post_processor"), [&](std::int64_t id) {
        return id >= 0 && id < std::ssize(tokens_);
      });
    }
    if (config.add_bos || config.add_eos) surround_ = {};
    if (config.add_bos.value_or(false) && ids_.bos) surround_.before = {*ids_.bos};
    if (config.add_eos.value_or(false) && ids_.eos) surround_.after = {*ids_.eos};
  }

  void set_hash(std::string_view file) {
    hash_ =
        sha256_hex(fmt::format("tokenizer.json {} {} {}", sha256_hex(file),
                               fmt::join(surround_.before, " "), fmt::join(surround_.after, " ")));
  }

  TokenIds encode(const MarkedText& text) const override {
    TokenIds ids = text.complete ? TokenIds{} : surround_.before;
    bool at_start = true;
    for (const SpecialTokens::Piece& piece : specials_.cut(text)) {
      if (piece.id >= 0) {
        ids.push_back(piece.id);
      } else {
        encode_plain_piece(piece.text, at_start, ids);
      }
      at_start = false;
    }
    if (!text.complete) ids.insert(ids.end(), surround_.after.begin(), surround_.after.end());
    return ids;
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    std::vector<std::string> tokens;
    for (const std::int32_t id : ids) {
      QUADRANT_CHECK(id >= 0 && id < std::ssize(tokens_));
      const auto index = static_cast<std::size_t>(id);
      if (!silent_[index]) tokens.push_back(tokens_[index]);
    }
    if (decode_) decode_(tokens);
    return to_valid_utf8(fmt::format("{}", fmt::join(tokens, decode_ ? "" : " ")));
  }

  std::vector<std::string> token_bytes() const override {
    const bool has_byte_tokens = spoken("<0x41>") == "A";
    std::vector<std::string> bytes(tokens_.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (silent_[i]) continue;
      const auto byte = has_byte_tokens ? byte_of_token(tokens_[i]) : std::nullopt;
      bytes[i] = byte ? std::string(1, static_cast<char>(*byte)) : spoken(tokens_[i]);
    }
    return bytes;
  }

  std::string hash() const override { return hash_; }
  std::optional<std::int32_t> end_of_text() const override {
    const auto id = id_of("<|endoftext|>");
    return id && silent_[static_cast<std::size_t>(*id)] ? id : ids_.eos;
  }
  const SpecialIds& special() const override { return ids_; }
  std::size_t vocabulary() const override { return tokens_.size(); }
  std::optional<std::int32_t> id_of(std::string_view token) const override {
    const auto found = std::ranges::find(added_, token, &AddedToken::content);
    return found != added_.end() ? std::optional(found->id) : model_->find(token);
  }

 private:
  // What a token adds behind another one, which no decoder changes.
  std::string spoken(const std::string& token) const {
    std::vector<std::string> tokens{"a", token};
    if (decode_) decode_(tokens);
    return fmt::format("{}", fmt::join(tokens, "")).substr(1);
  }

  void name(std::int32_t id, const std::string& token) {
    // Vocabularies have gaps, but not many: an id must not decide how much memory is taken.
    const std::size_t most = 2 * (model_->table().size() + added_.size()) + 1000;
    const auto index = static_cast<std::size_t>(id);
    if (index >= most) {
      throw Error(fmt::format("a token has the id {}, far beyond the others", id),
                  fmt::format("tokenizer.json, the token \"{}\"", token),
                  "download the model again");
    }
    if (index >= tokens_.size()) {
      tokens_.resize(index + 1);
      silent_.resize(index + 1);
    }
    tokens_[index] = token;
  }

  SpecialTokens find_added() {
    std::vector<SpecialTokens::Token> found;
    for (const AddedToken& token : added_) {
      silent_[static_cast<std::size_t>(token.id)] = token.special;
      const bool plain = is_white_space(token.content) ||
                         (model_->find(token.content) && !is_written_as_control(token.content));
      found.push_back({.text = token.content,
                       .id = token.id,
                       .anywhere = plain && !token.special,
                       .lstrip = token.lstrip,
                       .rstrip = token.rstrip});
    }
    return SpecialTokens(std::move(found));
  }

  void read_ids(const HfTokenizerConfig& config) {
    const auto id = [&](const char* key) {
      const auto token = config.tokens.find(key);
      return token == config.tokens.end() ? std::nullopt : id_of(token->second);
    };
    ids_.bos = id("bos_token");
    ids_.eos = id("eos_token");
    ids_.pad = id("pad_token");
    ids_.end_of_turn = id_of("<|im_end|>");
    set_ends(ids_);
  }

  void encode_plain_piece(std::string_view text, bool at_start, TokenIds& ids) const {
    std::string normal = to_valid_utf8(text);
    if (normalise_) normal = normalise_(std::move(normal));
    std::vector<std::string> words{std::move(normal)};
    if (words[0].empty()) return;
    if (pre_tokenise_) pre_tokenise_(words, at_start);
    for (const std::string& word : words) model_->encode(word, ids);
  }

  std::vector<AddedToken> added_;
  std::unique_ptr<WordModel> model_;
  Normaliser normalise_;
  PreTokeniser pre_tokenise_;
  TokenDecoder decode_;
  Surround surround_;
  SpecialTokens specials_;
  SpecialIds ids_;
  std::vector<std::string> tokens_;
  std::vector<bool> silent_;  // special tokens, which stand for no text
  std::string hash_;
};

}  // namespace

std::unique_ptr<ModelTokenizer> load_tokenizer_json(const std::filesystem::path& file,
                                                    const HfTokenizerConfig& config) {
  const MappedFile mapped(file);
  const auto json = nlohmann::json::parse(mapped.bytes(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw Error("this is not a JSON object in UTF-8", file.string(), "download the model again");
  }
  auto tokenizer = std::make_unique<JsonTokenizer>(JsonNode(json, file.string()), config);
  tokenizer->set_hash(mapped.bytes());
  return tokenizer;
}

}  // namespace quadrant
