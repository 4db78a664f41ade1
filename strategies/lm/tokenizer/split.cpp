#include "strategies/lm/tokenizer/split.h"

#include <algorithm>

#include "strategies/lm/tokenizer/characters.h"

namespace quadrant {
namespace {

using Characters = std::vector<Character>;

// The patterns below see the characters [at, end): `end` is where the text ends for look-ahead.
struct Window {
  const Characters& characters;
  std::size_t end;

  char32_t at(std::size_t i) const { return i < end ? characters[i].code_point : 0; }
  bool is(std::size_t i, CharClass kind) const { return i < end && characters[i].kind == kind; }
  std::size_t run(std::size_t i, CharClass kind) const {  // the end of the run that starts at i
    while (is(i, kind)) ++i;
    return i;
  }
};

// 's 't 'm 'd 're 've 'll: the number of characters, 0 when there is none.
std::size_t contraction(const Window& text, std::size_t i, bool any_case) {
  if (text.at(i) != '\'') return 0;
  const auto letter = [&](std::size_t at) -> char32_t {
    const char32_t c = text.at(at);
    if (!any_case) return c;
    if (c == 0x17F) return 's';  // the long s folds to s
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  };
  const char32_t first = letter(i + 1), second = letter(i + 2);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if ((first == 'r' || first == 'v') && second == 'e') return 3;
  return first == 'l' && second == 'l' ? 3 : 0;
}

// \s+(?!\S)|\s+ : white space before a word leaves its last character to that word.
std::size_t end_of_space(const Window& text, std::size_t i) {
  const std::size_t end = text.run(i, CharClass::kSpace);
  return end == text.end || end == i + 1 ? end : end - 1;
}

// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t gpt2_word(const Window& text, std::size_t i) {
  if (const std::size_t length = contraction(text, i, /*any_case=*/false)) return i + length;
  const std::size_t start = text.at(i) == ' ' ? i + 1 : i;
  for (const auto kind : {CharClass::kLetter, CharClass::kNumber, CharClass::kOther}) {
    if (text.is(start, kind)) return text.run(start, kind);
  }
  return end_of_space(text, i);
}

bool is_line_end(char32_t c) { return c == '\r' || c == '\n'; }

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,most_digits}
// | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t llama_word(const Window& text, std::size_t i, std::size_t most_digits) {
  if (const std::size_t length = contraction(text, i, /*any_case=*/true)) return i + length;
  if (text.is(i, CharClass::kLetter)) return text.run(i, CharClass::kLetter);
  if (text.is(i, CharClass::kNumber)) {
    return std::min(text.run(i, CharClass::kNumber), i + most_digits);
  }
  if (!is_line_end(text.at(i)) && text.is(i + 1, CharClass::kLetter)) {
    return text.run(i + 1, CharClass::kLetter);
  }
  const std::size_t start = text.at(i) == ' ' ? i + 1 : i;
  if (text.is(start, CharClass::kOther)) {
    std::size_t end = text.run(start, CharClass::kOther);
    while (is_line_end(text.at(end))) ++end;
    return end;
  }
  for (std::size_t end = text.run(i, CharClass::kSpace); end > i; --end) {
    if (is_line_end(text.at(end - 1))) return end;
  }
  return end_of_space(text, i);
}

// Cuts the characters [begin, end) with `word_end`, which says where the word at i ends.
template <class WordEnd>
void cut(std::string_view text, const Characters& characters, std::size_t begin, std::size_t end,
         const WordEnd& word_end, std::vector<std::string_view>& words) {
  const Window window{characters, end};
  for (std::size_t i = begin; i < end;) {
    const std::size_t next = word_end(window, i);
    words.push_back(text.substr(characters[i].begin, characters[next].begin - characters[i].begin));
    i = next;
  }
}

template <class WordEnd>
std::vector<std::string_view> cut_all(std::string_view text, const WordEnd& word_end) {
  const Characters characters = characters_of(text);
  std::vector<std::string_view> words;
  cut(text, characters, 0, characters.size() - 1, word_end, words);
  return words;
}

std::vector<std::string_view> split_llama(std::string_view text) {
  return cut_all(text,
                 [](const Window& window, std::size_t i) { return llama_word(window, i, 3); });
}

std::vector<std::string_view> split_qwen(std::string_view text) {
  return cut_all(text,
                 [](const Window& window, std::size_t i) { return llama_word(window, i, 1); });
}

// Every digit is a word; what stands between two digits is cut as if it were a text of its own, so
// that white space before a digit stays together.
std::vector<std::string_view> split_smollm(std::string_view text) {
  const Characters characters = characters_of(text);
  const std::size_t end = characters.size() - 1;
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < end;) {
    std::size_t next = i;
    while (next < end && characters[next].kind != CharClass::kNumber) ++next;
    if (next == i) {
      ++next;
      words.push_back(
          text.substr(characters[i].begin, characters[next].begin - characters[i].begin));
    } else {
      cut(text, characters, i, next, gpt2_word, words);
    }
    i = next;
  }
  return words;
}

constexpr char kGpt2Pattern[] =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

std::string llama_pattern(const std::string& digits) {
  return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" + digits +
         R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}

}  // namespace

std::vector<std::string_view> split_gpt2(std::string_view text) { return cut_all(text, gpt2_word); }

const std::vector<SplitRule>& split_rules() {
  static const std::vector<SplitRule> rules{
      {.name = "smollm", .split = split_smollm},
      {.name = "gpt-2", .split = split_gpt2, .pattern = kGpt2Pattern},
      {.name = "llama-bpe",
       .split = split_llama,
       .add_bos = true,
       .whole_words = true,
       .pattern = llama_pattern(R"(\p{N}{1,3})")},
      {.name = "qwen2",
       .split = split_qwen,
       .compose = true,
       .pattern = llama_pattern(R"(\p{N})")}};
  return rules;
}

Splitter find_pattern(std::string_view regex) {
  const auto& rules = split_rules();
  const auto found = std::ranges::find(rules, regex, &SplitRule::pattern);
  return regex.empty() || found == rules.end() ? nullptr : found->split;
}

}  // namespace quadrant
