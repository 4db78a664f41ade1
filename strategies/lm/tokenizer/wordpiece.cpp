#include "strategies/lm/tokenizer/wordpiece.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/bert_text.h"
#include "strategies/lm/tokenizer/characters.h"
#include "strategies/lm/tokenizer/special_tokens.h"

namespace quadrant {
namespace {

constexpr std::size_t kMostCharactersAWord = 100;  // longer ones are [UNK]

BertRules read_normalisation(const std::filesystem::path& file) {
  const auto config = nlohmann::json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!config.is_object()) {
    throw Error("this tokenizer configuration is not a JSON object", file.string(),
                "download the model again");
  }
  const auto flag = [&](const char* key, bool otherwise) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null()) return otherwise;
    if (found->is_boolean()) return found->get<bool>();
    throw Error(fmt::format("{} is neither true nor false", key), file.string(),
                "download the model again");
  };
  BertRules rules;
  rules.lower_case = flag("do_lower_case", true);
  rules.strip_accents = flag("strip_accents", rules.lower_case);
  rules.space_chinese = flag("tokenize_chinese_chars", true);
  return rules;
}

// Words and single punctuation marks, cleaned and normalised.
std::vector<std::u32string> basic_words(std::string_view text, const BertRules& rules) {
  std::vector<std::u32string> words;
  std::u32string word, plain;
  const auto flush = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  std::vector<Character> characters = characters_of(text);
  characters.pop_back();  // the sentinel
  for (const Character& character : characters) {
    if (is_removed_by_bert(character.code_point)) continue;
    if (character.kind == CharClass::kSpace) {
      flush();
      continue;
    }
    const bool alone = rules.space_chinese && is_chinese(character.code_point);
    plain.clear();
    if (rules.strip_accents) {
      append_without_accents(character.code_point, plain);
    } else {
      plain += character.code_point;
    }
    if (alone) flush();
    for (char32_t c : plain) {
      if (rules.lower_case) {
        c = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
      }
      const bool mark = is_punctuation(c);
      if (mark) flush();
      word += c;
      if (mark) flush();
    }
    if (alone) flush();
  }
  flush();
  return words;
}

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

class WordPiece : public Tokenizer {
 public:
  WordPiece(const std::filesystem::path& folder, int max_tokens)
      : max_tokens_(static_cast<std::size_t>(max_tokens)),
        rules_(read_normalisation(folder / "tokenizer_config.json")) {
    QUADRANT_CHECK(max_tokens >= 2);
    read_vocabulary(folder / "vocab.txt");
    hash_ = sha256_hex(fmt::format("WordPiece {} {} {} {} {}", sha256_file(folder / "vocab.txt"),
                                   rules_.lower_case, rules_.strip_accents, rules_.space_chinese,
                                   max_tokens));
  }

  TokenIds encode(const MarkedText& text) const override {
    TokenIds ids{cls_};
    for (const SpecialTokens::Piece& piece : specials_.cut(text)) {
      if (ids.size() >= max_tokens_) break;
      if (piece.id >= 0) {
        ids.push_back(piece.id);
      } else {
        encode_piece(piece.text, ids);
      }
    }
    ids.resize(std::min(ids.size(), max_tokens_ - 1));
    ids.push_back(sep_);
    return ids;
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    for (const std::int32_t id : ids) {
      QUADRANT_CHECK(id >= 0 && id < std::ssize(tokens_));
      std::string_view token = tokens_[static_cast<std::size_t>(id)];
      if (std::ranges::count(special_ids_, id)) continue;
      if (token.starts_with("##")) {
        token.remove_prefix(2);
      } else if (!text.empty()) {
        text += ' ';
      }
      text += token;
    }
    return text;
  }

  std::string hash() const override { return hash_; }

 private:
  void read_vocabulary(const std::filesystem::path& file) {
    const std::string text = read_text(file);
    if (const auto bad = first_invalid_utf8(text)) {
      throw Error("this vocabulary is not UTF-8", fmt::format("{}, byte {}", file.string(), *bad),
                  "download the model again");
    }
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view token = rest.substr(0, end);
      if (token.ends_with('\r')) token.remove_suffix(1);
      ids_[std::string(token)] = static_cast<std::int32_t>(tokens_.size());
      longest_ = std::max(longest_, token.size());
      tokens_.emplace_back(token);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::vector<SpecialTokens::Token> specials;
    for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
      if (const auto id = find(token)) {
        specials.push_back({token, *id});
        special_ids_.push_back(*id);
      }
    }
    unk_ = required("[UNK]", file);
    cls_ = required("[CLS]", file);
    sep_ = required("[SEP]", file);
    specials_ = SpecialTokens(std::move(specials));
  }

  std::int32_t required(const char* token, const std::filesystem::path& file) const {
    if (const auto id = find(token)) return *id;
    throw Error(fmt::format("the vocabulary has no {}", token), file.string(),
                "download the model again, or use one with a BERT vocabulary");
  }

  std::optional<std::int32_t> find(std::string_view token) const {
    const auto found = ids_.find(token);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

  void encode_piece(std::string_view text, TokenIds& ids) const {
    for (const std::u32string& word : basic_words(text, rules_)) {
      if (ids.size() >= max_tokens_) return;
      const std::size_t before = ids.size();
      if (word.size() > kMostCharactersAWord || !encode_word(word, ids)) {
        ids.resize(before);
        ids.push_back(unk_);
      }
    }
  }

  // The longest token at each place, "##" before all but the first. False: some place has none.
  bool encode_word(const std::u32string& word, TokenIds& ids) const {
    std::string bytes;
    std::vector<std::size_t> ends;  // of the characters, in bytes
    for (const char32_t c : word) {
      append_utf8(bytes, c);
      ends.push_back(bytes.size());
    }
    std::string candidate;
    std::size_t done = 0;  // characters
    while (done < word.size()) {
      const std::size_t begin = done == 0 ? 0 : ends[done - 1];
      std::optional<std::int32_t> found;
      std::size_t end = word.size();
      for (; end > done && !found; --end) {
        if (ends[end - 1] - begin > longest_) continue;
        candidate.assign(done == 0 ? "" : "##");
        candidate.append(bytes, begin, ends[end - 1] - begin);
        found = find(candidate);
      }
      if (!found) return false;
      ids.push_back(*found);
      done = end + 1;
    }
    return true;
  }

  std::size_t max_tokens_;
  BertRules rules_;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> ids_;
  std::size_t longest_ = 0;  // token, in bytes
  std::vector<std::int32_t> special_ids_;
  std::int32_t unk_ = 0, cls_ = 0, sep_ = 0;
  SpecialTokens specials_;
  std::string hash_;
};

}  // namespace

std::unique_ptr<Tokenizer> load_wordpiece(const std::filesystem::path& folder, int max_tokens) {
  return std::make_unique<WordPiece>(folder, max_tokens);
}

}  // namespace quadrant
