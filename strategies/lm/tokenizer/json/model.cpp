#include "strategies/lm/tokenizer/json/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/characters.h"
#include "strategies/lm/tokenizer/gguf_vocabulary.h"
#include "strategies/lm/tokenizer/merges.h"
#include "strategies/lm/tokenizer/piece_model.h"

namespace quadrant {
namespace {

std::int32_t read_id(const JsonNode& node) {
  const std::int64_t id = node.integer();
  if (id < 0 || id > INT32_MAX) node.refuse(fmt::format("the id {} is no token", id));
  return static_cast<std::int32_t>(id);
}

TokenTable read_table(const JsonNode& node) {
  TokenTable table;
  node.at("vocab").each_entry(
      [&](const std::string& token, const JsonNode& id) { table.emplace(token, read_id(id)); });
  return table;
}

std::optional<std::int32_t> read_unknown(const JsonNode& node, const WordModel& model) {
  if (!node.has("unk_token")) return std::nullopt;
  const auto id = model.find(node.text("unk_token"));
  if (!id) node.refuse("the unk_token is no token");
  return id;
}

// Calls visit(begin, end) for each character of valid UTF-8.
template <class Visit>
void each_character(std::string_view text, const Visit& visit) {
  const std::vector<Character> characters = characters_of(text);
  for (std::size_t i = 0; i + 1 < characters.size(); ++i) {
    visit(characters[i].begin, characters[i + 1].begin);
  }
}

// Byte-pair encoding over characters: those of byte-level models stand for bytes.
class BpeModel : public WordModel {
 public:
  explicit BpeModel(const JsonNode& node) : merges_(count(node)) {
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
      if (!node.text_or(key, "").empty()) {
        node.refuse(fmt::format("a BPE model with {} is not supported", key));
      }
    }
    if (node.has("dropout")) node.refuse("a BPE model with dropout is not supported");
    table_ = read_table(node);
    unknown_ = read_unknown(node, *this);
    fuse_unknown_ = node.flag("fuse_unk", false);
    whole_words_ = node.flag("ignore_merges", false);
    if (node.flag("byte_fallback", false)) read_bytes();
    std::uint32_t rank = 0;
    for (const JsonNode& merge : node.at("merges").elements()) add_merge(merge, rank++);
  }

  void encode(std::string_view word, TokenIds& ids) const override {
    if (whole_words_) {
      if (const auto whole = find(word)) return ids.push_back(*whole);
    }
    TokenIds symbols;
    bool unknown_before = false;
    each_character(word, [&](std::size_t begin, std::size_t end) {
      const std::string_view character = word.substr(begin, end - begin);
      const auto id = find(character);
      const bool unknown = !id && !add_bytes(character, symbols);
      if (id) symbols.push_back(*id);
      if (unknown && unknown_ && !(fuse_unknown_ && unknown_before)) symbols.push_back(*unknown_);
      unknown_before = unknown;
    });
    merges_.apply(symbols);
    ids.insert(ids.end(), symbols.begin(), symbols.end());
  }

 private:
  static std::size_t count(const JsonNode& node) { return node.at("merges").elements().size(); }

  void read_bytes() {
    for (const auto& [token, id] : table_) {
      if (const auto byte = byte_of_token(token)) bytes_[*byte] = id;
    }
  }

  // A merge is "a b", or since 2024 ["a", "b"].
  void add_merge(const JsonNode& merge, std::uint32_t rank) {
    std::string left, right;
    if (merge.is_text()) {
      const std::string line = merge.text();
      const std::size_t space = line.find(' ', 1);
      if (space == std::string::npos) merge.refuse(fmt::format("merge {} is no pair", rank));
      left = line.substr(0, space);
      right = line.substr(space + 1);
    } else {
      const auto pair = merge.elements();
      if (pair.size() != 2) merge.refuse(fmt::format("merge {} is no pair", rank));
      left = pair[0].text();
      right = pair[1].text();
    }
    const auto left_id = find(left), right_id = find(right), result = find(left + right);
    if (!left_id || !right_id || !result) {
      merge.refuse(fmt::format("merge {} is not made of tokens", rank));
    }
    merges_.add(*left_id, *right_id, rank, *result);
  }

  bool add_bytes(std::string_view character, TokenIds& symbols) const {
    const auto id = [&](char byte) { return bytes_[static_cast<unsigned char>(byte)]; };
    if (!std::ranges::all_of(character, [&](char byte) { return id(byte).has_value(); })) {
      return false;
    }
    for (const char byte : character) symbols.push_back(*id(byte));
    return true;
  }

  Merges merges_;
  std::optional<std::int32_t> unknown_;
  bool fuse_unknown_ = false, whole_words_ = false;
  std::array<std::optional<std::int32_t>, 256> bytes_;
};

// The longest token at each place; a word of which some place has none is unknown.
class WordPieceModel : public WordModel {
 public:
  explicit WordPieceModel(const JsonNode& node) {
    table_ = read_table(node);
    prefix_ = node.text_or("continuing_subword_prefix", "##");
    if (node.has("max_input_chars_per_word")) {
      most_characters_ = node.at("max_input_chars_per_word").integer();
    }
    const auto unknown = read_unknown(node, *this);
    if (!unknown) node.refuse("a WordPiece model without unk_token");
    unknown_ = *unknown;
    for (const auto& [token, id] : table_) longest_ = std::max(longest_, token.size());
  }

  void encode(std::string_view word, TokenIds& ids) const override {
    std::vector<std::size_t> ends{0};
    each_character(word, [&](std::size_t, std::size_t end) { ends.push_back(end); });
    const std::size_t before = ids.size();
    if (std::ssize(ends) - 1 <= most_characters_ && pieces(word, ends, ids)) return;
    ids.resize(before);
    ids.push_back(unknown_);
  }

 private:
  bool pieces(std::string_view word, const std::vector<std::size_t>& ends, TokenIds& ids) const {
    std::string candidate;
    for (std::size_t done = 0; done + 1 < ends.size();) {
      std::optional<std::int32_t> found;
      std::size_t end = ends.size() - 1;
      for (; end > done; --end) {
        if (ends[end] - ends[done] > longest_) continue;
        candidate.assign(done == 0 ? "" : prefix_).append(word, ends[done], ends[end] - ends[done]);
        if ((found = find(candidate))) break;
      }
      if (!found) return false;
      ids.push_back(*found);
      done = end;
    }
    return true;
  }

  std::string prefix_;
  std::int64_t most_characters_ = 100;
  std::int32_t unknown_ = 0;
  std::size_t longest_ = 0;  // token, in bytes
};

// The most likely cut into pieces, by sentencepiece's own library.
class UnigramModel : public WordModel {
 public:
  UnigramModel(const JsonNode& node, const std::set<std::string>& special) {
    const std::int64_t unknown = node.has("unk_id") ? node.at("unk_id").integer() : -1;
    const bool fallback = node.flag("byte_fallback", false);
    PieceModel model;
    for (const JsonNode& entry : node.at("vocab").elements()) {
      const auto pair = entry.elements();
      if (pair.size() != 2) node.refuse("an entry of the vocabulary is no pair");
      const auto id = static_cast<std::int32_t>(model.pieces.size());
      PieceModel::Piece piece{pair[0].text(), static_cast<float>(pair[1].number())};
      const TokenType type = id == unknown                           ? TokenType::kUnknown
                             : special.contains(piece.text)          ? TokenType::kControl
                             : fallback && byte_of_token(piece.text) ? TokenType::kByte
                                                                     : TokenType::kNormal;
      piece.type = static_cast<int>(type);
      if (!table_.emplace(piece.text, id).second) {
        node.refuse(fmt::format("the token \"{}\" is there twice", piece.text));
      }
      model.pieces.push_back(std::move(piece));
    }
    model.rest =
        write_rules({.unigram = true, .byte_fallback = fallback, .escape_whitespaces = false});
    processor_.emplace(model, node.where());
  }

  void encode(std::string_view word, TokenIds& ids) const override {
    processor_->encode(word, ids);
  }

 private:
  std::optional<PieceProcessor> processor_;
};

}  // namespace

std::optional<std::int32_t> WordModel::find(std::string_view token) const {
  const auto found = table_.find(token);
  return found == table_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<unsigned char> byte_of_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return std::nullopt;
  unsigned char byte = 0;
  const auto end = std::from_chars(token.data() + 3, token.data() + 5, byte, 16);
  return end.ptr == token.data() + 5 ? std::optional(byte) : std::nullopt;
}

std::unique_ptr<WordModel> read_word_model(const JsonNode& node,
                                           const std::set<std::string>& special) {
  const std::string type = node.has("type")     ? node.type()
                           : node.has("merges") ? "BPE"  // files before 2020 do not say it
                                                : "WordPiece";
  if (type == "BPE") return std::make_unique<BpeModel>(node);
  if (type == "WordPiece") return std::make_unique<WordPieceModel>(node);
  if (type == "Unigram") return std::make_unique<UnigramModel>(node, special);
  node.refuse_type("model");
}

}  // namespace quadrant
