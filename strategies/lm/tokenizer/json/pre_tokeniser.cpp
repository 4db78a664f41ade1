#include "strategies/lm/tokenizer/json/pre_tokeniser.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/byte_level.h"
#include "strategies/lm/tokenizer/characters.h"
#include "strategies/lm/tokenizer/split.h"

namespace quadrant {
namespace {

using Words = std::vector<std::string>;
using Cutter = std::function<void(const std::string& word, Words& out)>;

PreTokeniser each_word(Cutter cut) {
  return [cut = std::move(cut)](Words& words, bool) {
    Words out;
    for (const std::string& word : words) cut(word, out);
    words = std::move(out);
  };
}

// What happens to a separator that was found.
enum class Behaviour { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

Behaviour read_behaviour(const JsonNode& node) {
  const std::string name = node.text("behavior");
  if (name == "Removed") return Behaviour::kRemoved;
  if (name == "Isolated") return Behaviour::kIsolated;
  if (name == "MergedWithPrevious") return Behaviour::kMergedWithPrevious;
  if (name == "MergedWithNext") return Behaviour::kMergedWithNext;
  if (name == "Contiguous") return Behaviour::kContiguous;
  node.refuse(fmt::format("the behavior \"{}\" is not supported", name));
}

struct Part {
  std::string text;
  bool separator = false;
};

void join(const std::vector<Part>& parts, Behaviour behaviour, Words& out) {
  bool glue = false;  // the next part goes to the word before it
  const Part* before = nullptr;
  for (const Part& part : parts) {
    if (part.text.empty()) continue;
    const bool to_previous =
        part.separator && (behaviour == Behaviour::kMergedWithPrevious ||
                           (behaviour == Behaviour::kContiguous && before && before->separator));
    // A separator that follows another starts a word of its own.
    const bool joins =
        before && to_previous && (behaviour == Behaviour::kContiguous || !before->separator);
    if (!(part.separator && behaviour == Behaviour::kRemoved)) {
      if (glue || joins) {
        out.back() += part.text;
      } else {
        out.push_back(part.text);
      }
    }
    glue = part.separator && behaviour == Behaviour::kMergedWithNext;
    if (glue && &part != &parts.back()) glue = !(&part + 1)->separator;
    before = &part;
  }
}

// Characters of which `is_separator` holds, each on its own.
PreTokeniser by_characters(bool (*is_separator)(char32_t), Behaviour behaviour) {
  return each_word([=](const std::string& word, Words& out) {
    std::vector<Part> parts(1);
    for (const char32_t c : decode_utf8(word)) {
      if (is_separator(c)) {
        parts.push_back({"", true});
        append_utf8(parts.back().text, c);
        parts.emplace_back();
      } else {
        append_utf8(parts.back().text, c);
      }
    }
    join(parts, behaviour, out);
  });
}

PreTokeniser by_text(const std::string& separator, Behaviour behaviour) {
  return each_word([=](const std::string& word, Words& out) {
    std::vector<Part> parts;
    std::size_t at = 0;
    for (std::size_t found = word.find(separator); found != std::string::npos;
         found = word.find(separator, at)) {
      parts.push_back({word.substr(at, found - at), false});
      parts.push_back({separator, true});
      at = found + separator.size();
    }
    parts.push_back({word.substr(at), false});
    join(parts, behaviour, out);
  });
}

PreTokeniser read_split(const JsonNode& node) {
  const JsonNode pattern = node.at("pattern");
  const Behaviour behaviour = read_behaviour(node);
  if (pattern.has("String")) {
    if (node.flag("invert", false)) node.refuse("an inverted Split is not supported");
    const std::string separator = pattern.text("String");
    if (separator.empty()) node.refuse("a Split at nothing");
    return by_text(separator, behaviour);
  }
  const std::string regex = pattern.text("Regex");
  const Splitter split = find_pattern(regex);
  // These patterns match everything: what is isolated, or kept when the rest is removed, are words.
  const bool whole =
      behaviour == (node.flag("invert", false) ? Behaviour::kRemoved : Behaviour::kIsolated);
  if (!split || !whole) node.refuse(fmt::format("the split pattern {} is not supported", regex));
  return each_word([split](const std::string& word, Words& out) {
    for (const std::string_view part : split(word)) out.emplace_back(part);
  });
}

PreTokeniser read_byte_level(const JsonNode& node) {
  const bool prefix = node.flag("add_prefix_space", true);
  const Splitter split = node.flag("use_regex", true) ? split_gpt2 : nullptr;
  return each_word([=](const std::string& word, Words& out) {
    const std::string text = prefix && !word.starts_with(' ') ? " " + word : word;
    if (!split) return out.push_back(to_byte_characters(text));
    for (const std::string_view part : split(text)) out.push_back(to_byte_characters(part));
  });
}

PreTokeniser read_metaspace(const JsonNode& node) {
  const std::string mark = node.text_or("replacement", "\u2581");
  const std::string scheme =
      node.text_or("prepend_scheme", node.flag("add_prefix_space", true) ? "always" : "never");
  if (scheme != "always" && scheme != "never" && scheme != "first") {
    node.refuse(fmt::format("the prepend_scheme \"{}\" is not supported", scheme));
  }
  const bool cut = node.flag("split", true);
  const PreTokeniser splitter = by_text(mark, Behaviour::kMergedWithNext);
  return [=](Words& words, bool at_start) {
    for (std::string& word : words) {
      std::string marked;
      for (const char c : word) c == ' ' ? marked += mark : marked += c;
      const bool first = at_start && &word == &words.front();
      const bool prepend = scheme == "always" || (scheme == "first" && first);
      word = prepend && !marked.starts_with(mark) ? mark + marked : marked;
    }
    if (cut) splitter(words, at_start);
  };
}

bool is_numeric(char32_t c) { return classify(c) == CharClass::kNumber; }
bool is_white(char32_t c) { return classify(c) == CharClass::kSpace; }

PreTokeniser in_sequence(std::vector<PreTokeniser> steps) {
  return [steps = std::move(steps)](Words& words, bool at_start) {
    for (const PreTokeniser& step : steps) step(words, at_start);
  };
}

// \w+|[^\w\s]+ : \w is letters, marks, decimal and letter numbers, connectors and joiners.
bool is_word_character(char32_t c) {
  const auto kind = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NL) ||
         kind == UTF8PROC_CATEGORY_PC || c == 0x200C || c == 0x200D ||
         (c >= 0x24B6 && c <= 0x24E9);  // circled letters are alphabetic
}

void cut_words(const std::string& word, Words& out) {
  int before = 0;  // 1: inside a word, 2: inside other signs
  for (const char32_t c : decode_utf8(word)) {
    const int now = is_word_character(c) ? 1 : is_white(c) ? 0 : 2;
    if (now != 0 && now != before) out.emplace_back();
    if (now != 0) append_utf8(out.back(), c);
    before = now;
  }
}

PreTokeniser read_split_sequence(const JsonNode& node) {
  std::vector<PreTokeniser> steps;
  for (const JsonNode& step : node.at("pretokenizers").elements()) {
    steps.push_back(read_pre_tokeniser(step));
  }
  return in_sequence(std::move(steps));
}

}  // namespace

PreTokeniser read_pre_tokeniser(const JsonNode& node) {
  const std::string type = node.type();
  if (type == "ByteLevel") return read_byte_level(node);
  if (type == "Split") return read_split(node);
  if (type == "Metaspace") return read_metaspace(node);
  if (type == "Digits") {
    return by_characters(is_numeric, node.flag("individual_digits", false)
                                         ? Behaviour::kIsolated
                                         : Behaviour::kContiguous);
  }
  if (type == "Punctuation") return by_characters(is_punctuation, read_behaviour(node));
  if (type == "WhitespaceSplit") return by_characters(is_white, Behaviour::kRemoved);
  if (type == "Whitespace") return each_word(cut_words);
  if (type == "BertPreTokenizer") {
    return in_sequence({by_characters(is_white, Behaviour::kRemoved),
                        by_characters(is_punctuation, Behaviour::kIsolated)});
  }
  if (type == "Sequence") return read_split_sequence(node);
  node.refuse_type("pre_tokenizer");
}

}  // namespace quadrant
