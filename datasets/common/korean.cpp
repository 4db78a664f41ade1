#include "datasets/common/korean.h"

#include <algorithm>
#include <set>

#include "datasets/common/wording.h"
#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

using Parts = std::vector<std::string>;

enum class End { kVowel, kRieul, kConsonant };

// Hangul syllables are numbered by initial, vowel and one of 28 finals (Unicode 3.12); the 8th
// final is ㄹ.
End end_of(const std::string& text) {
  const auto characters = decode_utf8(text);
  if (characters.empty()) return End::kVowel;
  const char32_t last = characters.back();
  if (last >= 0xAC00 && last <= 0xD7A3) {
    const char32_t final = (last - 0xAC00) % 28;
    return final == 0 ? End::kVowel : final == 8 ? End::kRieul : End::kConsonant;
  }
  switch (last) {
    case U'1':
    case U'7':
    case U'8':
      return End::kRieul;
    case U'0':
    case U'3':
    case U'6':
      return End::kConsonant;
    default:
      return End::kVowel;
  }
}

std::string join_picks(const std::vector<const Parts*>& parts, Rng& rng) {
  std::string text;
  for (const Parts* part : parts) text += pick(*part, rng);
  return text;
}

}  // namespace

std::string with_particles(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t close = text[at] == '{' ? text.find('}', at) : std::string::npos;
    const std::size_t slash = close == std::string::npos ? close : text.find('/', at);
    if (slash >= close) {
      result += text[at];
      continue;
    }
    const std::string first = text.substr(at + 1, slash - at - 1);
    const std::string second = text.substr(slash + 1, close - slash - 1);
    const End end = end_of(result);
    const bool open = end == End::kVowel || (end == End::kRieul && second == "로");
    result += open ? second : first;
    at = close;
  }
  return result;
}

std::vector<std::string> korean_forms(const std::string& answer) {
  std::vector<std::string> forms{answer};
  for (const char* ending :
       {"{은/는}", "{이/가}", "{을/를}", "{과/와}", "{으로/로}", "에", "에서", "까지", "의", "님",
        "님께", "님은", "님이", "입니다", "{이에요/예요}", "{이야/야}"}) {
    forms.push_back(with_particles(answer + ending));
  }
  return forms;
}

Cast make_korean_cast(std::size_t people, std::size_t things, const std::vector<std::string>& nouns,
                      const std::vector<std::string>& values, std::uint64_t seed) {
  static const Parts kSurname{"김", "이", "박", "최", "정", "강", "조", "윤", "장", "임",
                              "한", "오", "서", "신", "권", "황", "안", "송", "류", "홍"};
  static const Parts kFirst{"도", "서", "하", "지", "민", "예", "유", "시", "은", "준"};
  static const Parts kSecond{"윤", "아", "진", "우", "린", "현", "호", "연", "빈", "율"};
  static const Parts kHead{"가", "나", "다", "라", "마", "바", "사", "자", "차", "카",
                           "타", "파", "하", "노", "도", "로", "모", "보", "소", "조"};
  static const Parts kMiddle{"람", "벨", "튼", "린", "몬", "잔", "덴", "솔", "빈", "칸"};
  static const Parts kTail{"디", "로", "미", "누", "벨", "탄", "룸", "킨", "세", "잔"};
  constexpr std::size_t kTries = 10'000;
  Rng rng(seed, "cast");
  std::set<std::string> used;
  const auto fresh = [&](const std::vector<const Parts*>& parts) {
    for (std::size_t i = 0; i < kTries; ++i) {
      const std::string word = join_picks(parts, rng);
      const bool holds_value = std::any_of(
          values.begin(), values.end(),
          [&](const std::string& value) { return word.find(value) != std::string::npos; });
      if (!holds_value && used.insert(word).second) return word;
    }
    throw Error("the grammar of names is exhausted", "built-in suite", "ask for fewer entities");
  };
  Cast cast;
  while (cast.people.size() < people) cast.people.push_back(fresh({&kSurname, &kFirst, &kSecond}));
  while (cast.things.size() < things) {
    const std::string word = fresh({&kHead, &kMiddle, &kTail});
    cast.things.push_back(word + " " + pick(nouns, rng));
  }
  return cast;
}

}  // namespace quadrant
