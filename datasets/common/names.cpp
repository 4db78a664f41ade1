#include "datasets/common/names.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <optional>

#include "datasets/common/wording.h"
#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

using Parts = std::vector<std::string>;

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

std::vector<std::string> coin_latin(bool person, Rng& rng) {
  const std::string head = join_picks({&kOnset, &kVowel, &kMiddle}, rng);
  const std::string tail = person ? "" : pick(kThingEnd, rng);
  std::vector<std::string> forms;
  for (const std::string& vowel : kVowel) forms.push_back(head + vowel + tail);
  return forms;
}

std::string latin_surname(Rng& rng) { return join_picks({&kOnset, &kVowel, &kSurnameEnd}, rng); }

std::vector<std::string> coin_korean(bool person, Rng& rng) {
  static const Parts kGiven{"도", "서", "하", "지", "민", "예", "유", "시", "은", "준",
                            "태", "재", "수", "가", "나", "다", "소", "채", "규", "영"};
  static const Parts kThing{"가람", "나벨", "다몬", "라덴", "마솔", "바린", "사칸", "자룸", "차빈",
                            "카슬", "타반", "파렐", "하둔", "노린", "도벨", "로산", "모덴", "보칸",
                            "소란", "조벨", "네룸", "데칸", "레빈", "메솔", "베린", "세몬", "테란"};
  // A Hangul syllable is 0xAC00 + (initial * 21 + vowel) * 28 + final (Unicode 3.12).
  static const std::vector<char32_t> kVowels{0, 4, 8, 13, 20};  // a, eo, o, u, i
  static const std::vector<char32_t> kGivenInitials{11, 18, 12, 5, 9};
  static const std::vector<char32_t> kThingInitials{0, 2, 3, 5, 6, 7, 9, 14, 15, 16, 17};
  static const std::vector<char32_t> kFinals{0, 4, 8, 16, 21};  // none, n, l, m, ng
  std::string head = pick(person ? kGiven : kThing, rng);
  const char32_t initial = pick(person ? kGivenInitials : kThingInitials, rng);
  const char32_t final = pick(kFinals, rng);
  std::vector<std::string> forms;
  for (const char32_t vowel : kVowels) {
    forms.push_back(head);
    append_utf8(forms.back(), 0xAC00 + (initial * 21 + vowel) * 28 + final);
  }
  return forms;
}

std::string korean_surname(Rng& rng) {
  static const Parts kSurnames{"김", "이", "박", "최", "정", "강", "조", "윤", "장", "임",
                               "한", "오", "서", "신", "권", "황", "안", "송", "류", "홍"};
  return pick(kSurnames, rng);
}

bool holds_any(const std::string& name, const std::vector<std::string>& avoid) {
  const std::string small = to_lower(name);
  return std::any_of(avoid.begin(), avoid.end(), [&](const std::string& text) {
    return small.find(text) != std::string::npos;
  });
}

// Words that differ in the last vowel only would be twins by accident.
bool is_new(const std::vector<std::string>& forms, const NameBook& book) {
  return std::none_of(forms.begin(), forms.end(), [&](const std::string& text) {
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

std::vector<std::string> new_word(const NameGrammar& grammar, bool person, Rng& rng,
                                  const NameBook& book) {
  return try_often<std::vector<std::string>>([&]() -> std::optional<std::vector<std::string>> {
    auto forms = grammar.coin(person, rng);
    return is_new(forms, book) ? std::optional(std::move(forms)) : std::nullopt;
  });
}

// Surnames may come again, as they do.
std::string new_surname(const NameGrammar& grammar, Rng& rng, const NameBook& book) {
  return try_often<std::string>([&]() -> std::optional<std::string> {
    const std::string name = grammar.surname(rng);
    return holds_any(name, book.avoid) ? std::nullopt : std::optional(name);
  });
}

}  // namespace

const NameGrammar& latin_names() {
  static const NameGrammar kGrammar{
      coin_latin, latin_surname,
      [](const std::string& word, const std::string& surname) { return word + " " + surname; }};
  return kGrammar;
}

const NameGrammar& korean_names() {
  static const NameGrammar kGrammar{
      coin_korean, korean_surname,
      [](const std::string& word, const std::string& surname) { return surname + word; }};
  return kGrammar;
}

Names make_names(const NameGrammar& grammar, const NameStyle& style, std::size_t count,
                 double near_share, Rng& rng, NameBook& book) {
  Names result;
  result.twins = 2 * static_cast<std::size_t>(std::lround(near_share * count / 2.0));
  result.twins = std::min(result.twins, count - count % 2);
  while (result.names.size() < count) {
    std::vector<std::string> forms = new_word(grammar, style.person, rng, book);
    const std::string rest =
        style.person ? new_surname(grammar, rng, book) : pick(style.nouns, rng);
    rng.shuffle(forms);
    const std::size_t copies = result.names.size() < result.twins ? 2 : 1;
    for (std::size_t i = 0; i < copies; ++i) {
      book.used.insert(forms[i]);
      result.names.push_back(style.person ? grammar.person(forms[i], rest) : forms[i] + " " + rest);
    }
  }
  return result;
}

}  // namespace quadrant
