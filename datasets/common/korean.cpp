#include "datasets/common/korean.h"

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

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
        "님께", "님은", "님이", "입니다", "{이에요/예요}", "{이야/야}", "{이다/다}"}) {
    forms.push_back(with_particles(answer + ending));
  }
  return forms;
}

}  // namespace quadrant
