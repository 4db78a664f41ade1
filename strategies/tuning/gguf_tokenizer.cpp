#include "strategies/tuning/gguf_tokenizer.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>
#include <unordered_map>

#include "harness/core/error.h"
#include "strategies/lm/tokenizer/gguf_vocabulary.h"
#include "strategies/lm/tokenizer/special_tokens.h"
#include "strategies/lm/tokenizer/split.h"

namespace quadrant {
namespace {

using nlohmann::json;

constexpr char kMark[] = "\u2581";  // how sentencepiece writes a space

std::string marked(std::string_view text) {
  std::string out;
  for (const char c : text) c == ' ' ? out += kMark : out += c;
  return out;
}

bool is_special(const GgufVocabulary& vocabulary, std::size_t id) {
  return vocabulary.is(id, TokenType::kControl) || vocabulary.is(id, TokenType::kUnknown) ||
         (vocabulary.is(id, TokenType::kUserDefined) &&
          is_written_as_control(vocabulary.tokens[id]));
}

json added_tokens(const GgufVocabulary& vocabulary, const std::vector<std::string>& tokens,
                  const std::function<bool(std::size_t id)>& is_merged) {
  json added = json::array();
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    const bool special = is_special(vocabulary, id);
    const bool by_hand = vocabulary.is(id, TokenType::kUserDefined) && !is_merged(id);
    if (!special && !by_hand) continue;
    added.push_back({{"id", id},
                     {"content", tokens[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", special}});
  }
  return added;
}

json vocabulary_of(const std::vector<std::string>& tokens) {
  json table = json::object();
  for (std::size_t id = 0; id < tokens.size(); ++id) table.emplace(tokens[id], id);
  return table;
}

// BOS before and EOS behind each text, where the model wants them.
json surround(const std::vector<std::string>& tokens, std::optional<std::int32_t> before,
              std::optional<std::int32_t> after) {
  if (!before && !after) return nullptr;
  json single = json::array(), pair = json::array(), special = json::object();
  const auto put = [&](std::optional<std::int32_t> id, json& list, int type) {
    if (!id) return;
    const std::string& token = tokens[static_cast<std::size_t>(*id)];
    list.push_back({{"SpecialToken", {{"id", token}, {"type_id", type}}}});
    special[token] = {{"id", token}, {"ids", {*id}}, {"tokens", {token}}};
  };
  for (const auto& [name, type] : {std::pair{"A", 0}, std::pair{"B", 1}}) {
    json text;
    put(before, text, type);
    text.push_back({{"Sequence", {{"id", name}, {"type_id", type}}}});
    put(after, text, type);
    if (type == 0) single = text;
    pair.insert(pair.end(), text.begin(), text.end());
  }
  return {{"type", "TemplateProcessing"},
          {"single", single},
          {"pair", pair},
          {"special_tokens", special}};
}

// ---- byte-level BPE

json byte_level(bool use_regex) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", true},
          {"use_regex", use_regex}};
}

json word_splitter(const SplitRule& rule) {
  const json first = rule.pattern.empty() ? json{{"type", "Digits"}, {"individual_digits", true}}
                                          : json{{"type", "Split"},
                                                 {"pattern", {{"Regex", rule.pattern}}},
                                                 {"behavior", "Isolated"},
                                                 {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", {first, byte_level(rule.pattern.empty())}}};
}

void add_bpe(const GgufFile& gguf, json& tokenizer, bool& adds_bos) {
  const auto name = gguf.text("tokenizer.ggml.pre");
  const auto rule = std::ranges::find(split_rules(), name, &SplitRule::name);
  QUADRANT_CHECK(rule != split_rules().end());  // load_tokenizer() has refused it
  adds_bos = rule->add_bos;
  if (rule->compose) tokenizer["normalizer"] = {{"type", "NFC"}};
  tokenizer["pre_tokenizer"] = word_splitter(*rule);
  tokenizer["decoder"] = byte_level(true);
  json& model = tokenizer["model"];
  model["ignore_merges"] = rule->whole_words;
  for (const std::string_view merge : gguf.texts("tokenizer.ggml.merges")) {
    model["merges"].push_back(std::string(merge));
  }
}

// ---- sentencepiece

struct Merge {
  std::string_view left, right;
  double score;
  std::size_t left_size, right_size;  // characters
};

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

using PieceIds = std::unordered_map<std::string_view, std::size_t>;

PieceIds ids_of(const std::vector<std::string>& pieces) {
  PieceIds ids;
  for (std::size_t id = 0; id < pieces.size(); ++id) ids.emplace(pieces[id], id);
  return ids;
}

// Calls `visit` for each cut of the piece into two pieces.
void each_cut(std::string_view piece, const PieceIds& ids,
              const std::function<void(std::string_view, std::string_view)>& visit) {
  for (std::size_t cut = 1; cut < piece.size(); ++cut) {
    const auto left = piece.substr(0, cut), right = piece.substr(cut);
    if (starts_character(right[0]) && ids.contains(left) && ids.contains(right)) visit(left, right);
  }
}

// sentencepiece joins the two neighbours that make the piece of the highest score; the same as a
// list of merges: every cut of a piece into two, the best pieces first.
json merges_of(const std::vector<std::string>& pieces, const std::vector<double>& scores) {
  const PieceIds ids = ids_of(pieces);
  std::vector<Merge> merges;
  for (std::size_t id = 0; id < pieces.size(); ++id) {
    each_cut(pieces[id], ids, [&](std::string_view left, std::string_view right) {
      merges.push_back({left, right, scores[id], characters(left), characters(right)});
    });
  }
  std::ranges::stable_sort(merges, std::greater{}, [](const Merge& merge) {
    return std::tuple(merge.score, merge.left_size, merge.right_size);
  });
  json list = json::array();
  for (const Merge& merge : merges) list.push_back({merge.left, merge.right});
  return list;
}

// Around an added token Hugging Face's tokenizers cut the text and put the prefix of a text before
// the rest as well; sentencepiece does not. Pieces that merging makes need not be added.
bool is_made_by_merging(std::string_view piece, const PieceIds& ids) {
  bool made = false;
  each_cut(piece, ids, [&](std::string_view, std::string_view) { made = true; });
  return made;
}

// Added by hand, as in Gemma, they come before all other pieces. As added tokens they would be
// looked for in a text whose spaces are not marked yet; so they are the first merges, longest run
// first.
constexpr double kFirst = std::numeric_limits<double>::infinity();
bool is_run_of_spaces(const GgufVocabulary& vocabulary, const std::vector<std::string>& pieces,
                      std::size_t id) {
  if (!vocabulary.is(id, TokenType::kUserDefined)) return false;
  const std::string_view mark = kMark, piece = pieces[id];
  bool only = !piece.empty() && piece.size() % mark.size() == 0;
  for (std::size_t at = 0; only && at < piece.size(); at += mark.size()) {
    only = piece.substr(at, mark.size()) == mark;
  }
  return only;
}

bool adds_space_prefix(const GgufFile& gguf) {
  return gguf.find_flag("tokenizer.ggml.add_space_prefix").value_or(true);
}

void add_sentencepiece(const GgufFile& gguf, const GgufVocabulary& vocabulary,
                       const std::vector<std::string>& pieces, json& tokenizer) {
  const auto unknown = gguf.find_integer("tokenizer.ggml.unknown_token_id");
  const json spaces{{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kMark}};
  json back{{{"type", "Replace"}, {"pattern", {{"String", kMark}}}, {"content", " "}},
            {{"type", "ByteFallback"}},
            {{"type", "Fuse"}}};
  if (adds_space_prefix(gguf)) {
    const json prepend{{"type", "Prepend"}, {"prepend", kMark}};
    tokenizer["normalizer"] = {{"type", "Sequence"}, {"normalizers", {prepend, spaces}}};
    back.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  } else {
    tokenizer["normalizer"] = spaces;
  }
  tokenizer["decoder"] = {{"type", "Sequence"}, {"decoders", back}};
  json& model = tokenizer["model"];
  if (unknown) model["unk_token"] = pieces[static_cast<std::size_t>(*unknown)];
  model["fuse_unk"] = true;
  model["byte_fallback"] =
      std::ranges::count(vocabulary.types, static_cast<int>(TokenType::kByte)) == 256;
  auto scores = gguf.numbers("tokenizer.ggml.scores");
  for (std::size_t id = 0; id < scores.size(); ++id) {
    if (is_run_of_spaces(vocabulary, pieces, id)) scores[id] = kFirst;
  }
  model["merges"] = merges_of(pieces, scores);
}

}  // namespace

TokenizerFiles hugging_face_tokenizer(const GgufFile& gguf, int context) {
  const GgufVocabulary vocabulary(gguf);
  const SpecialIds ids = special_ids(gguf, vocabulary);
  const bool pieces = gguf.text("tokenizer.ggml.model") == "llama";
  std::vector<std::string> tokens = vocabulary.tokens;
  // GGUF writers put plain spaces into the pieces that were added by hand.
  for (std::size_t id = 0; pieces && id < tokens.size(); ++id) {
    if (vocabulary.is(id, TokenType::kUserDefined)) tokens[id] = marked(tokens[id]);
  }
  const PieceIds all = ids_of(tokens);
  const bool merges = pieces && adds_space_prefix(gguf);
  const auto is_merged = [&](std::size_t id) {
    return pieces && (is_run_of_spaces(vocabulary, tokens, id) ||
                      (merges && is_made_by_merging(tokens[id], all)));
  };
  json tokenizer{{"version", "1.0"},
                 {"truncation", nullptr},
                 {"padding", nullptr},
                 {"added_tokens", added_tokens(vocabulary, tokens, is_merged)},
                 {"normalizer", nullptr},
                 {"pre_tokenizer", nullptr},
                 {"model", {{"type", "BPE"}, {"vocab", vocabulary_of(tokens)}}}};
  bool adds_bos = true;
  if (pieces) {
    add_sentencepiece(gguf, vocabulary, tokens, tokenizer);
  } else {
    add_bpe(gguf, tokenizer, adds_bos);
  }
  const bool bos = gguf.find_flag("tokenizer.ggml.add_bos_token").value_or(adds_bos);
  const bool eos = pieces && gguf.find_flag("tokenizer.ggml.add_eos_token").value_or(false);
  tokenizer["post_processor"] =
      surround(tokens, bos ? ids.bos : std::nullopt, eos ? ids.eos : std::nullopt);
  json config{{"tokenizer_class", "PreTrainedTokenizerFast"},
              {"clean_up_tokenization_spaces", false},
              {"model_max_length", context}};
  const auto name = [&](const char* key, const std::optional<std::int32_t>& id) {
    if (id) config[key] = tokens[static_cast<std::size_t>(*id)];
  };
  name("bos_token", ids.bos);
  name("eos_token", ids.eos);
  name("pad_token", ids.pad);
  return {tokenizer.dump(), config.dump(2) + "\n"};
}

}  // namespace quadrant
