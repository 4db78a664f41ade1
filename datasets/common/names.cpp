#include "datasets/common/names.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <optional>

#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

using Parts = std::vector<std::string>;

const std::string& pick(const Parts& parts, Rng& rng) { return parts[rng.below(parts.size())]; }

const Parts kOnset{"B", "D", "F", "G", "H", "K",  "L",  "M",  "N", "P",
                   "R", "S", "T", "V", "Z", "Br", "Dr", "Tr", "St"};
const Parts kVowel{"a", "e", "i", "o", "u"};
const Parts kMiddle{"lb", "ld", "lv", "md", "nd", "nz", "rb", "rd", "rl",
                    "rm", "rn", "rv", "sk", "st", "v",  "z",  "l",  "n"};
const Parts kThingEnd{"x", "n", "r", "l", "m", "k"};
const Parts kSurnameEnd{"nn", "lk", "rsk", "lm", "rn", "vik", "tz", "ndt", "ss", "rl"};

// One after the other: the operands of + may be drawn in any order, and bytes must not depend on
// it.
std::string join_picks(std::initializer_list<const Parts*> parts, Rng& rng) {
  std::string text;
  for (const Parts* part : parts) text += pick(*part, rng);
  return text;
}

// A coined word around its last vowel, which is what twins differ in.
struct Word {
  std::string head, tail;
  std::string with(const std::string& vowel) const { return head + vowel + tail; }
};

Word coin(bool person, Rng& rng) {
  Word word;
  word.head = join_picks({&kOnset, &kVowel, &kMiddle}, rng);
  if (!person) word.tail = pick(kThingEnd, rng);
  return word;
}

std::string surname(Rng& rng) { return join_picks({&kOnset, &kVowel, &kSurnameEnd}, rng); }

bool holds_any(const std::string& name, const std::vector<std::string>& avoid) {
  const std::string small = to_lower(name);
  return std::any_of(avoid.begin(), avoid.end(), [&](const std::string& text) {
    return small.find(text) != std::string::npos;
  });
}

// Words that differ in the last vowel only would be twins by accident.
bool is_new(const Word& word, const NameBook& book) {
  return std::none_of(kVowel.begin(), kVowel.end(), [&](const std::string& vowel) {
    const std::string text = word.with(vowel);
    return book.used.count(text) > 0 || holds_any(text, book.avoid);
  });
}

template <class Made>
Made try_often(const std::function<std::optional<Made>()>& make) {
  constexpr int kTries = 10'000;
  for (int i = 0; i < kTries; ++i) {
    if (std::optional<Made> made = make()) return *made;
  }
  throw Error("the grammar of names is exhausted", "built-in suite", "ask for fewer entities");
}

Word new_word(bool person, Rng& rng, const NameBook& book) {
  return try_often<Word>([&]() -> std::optional<Word> {
    const Word word = coin(person, rng);
    return is_new(word, book) ? std::optional(word) : std::nullopt;
  });
}

// Surnames may come again, as they do.
std::string new_surname(Rng& rng, const NameBook& book) {
  return try_often<std::string>([&]() -> std::optional<std::string> {
    const std::string name = surname(rng);
    return holds_any(name, book.avoid) ? std::nullopt : std::optional(name);
  });
}

}  // namespace

Names make_names(const NameStyle& style, std::size_t count, double near_share, Rng& rng,
                 NameBook& book) {
  Names result;
  result.twins = 2 * static_cast<std::size_t>(std::lround(near_share * count / 2.0));
  result.twins = std::min(result.twins, count - count % 2);
  while (result.names.size() < count) {
    const Word word = new_word(style.person, rng, book);
    const std::string rest = " " + (style.person ? new_surname(rng, book) : pick(style.nouns, rng));
    Parts vowels = kVowel;
    rng.shuffle(vowels);
    const std::size_t copies = result.names.size() < result.twins ? 2 : 1;
    for (std::size_t i = 0; i < copies; ++i) {
      book.used.insert(word.with(vowels[i]));
      result.names.push_back(word.with(vowels[i]) + rest);
    }
  }
  return result;
}

}  // namespace quadrant
