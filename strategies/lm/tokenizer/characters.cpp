#include "strategies/lm/tokenizer/characters.h"

#include <utf8proc.h>

#include <array>
#include <limits>

#include "harness/core/error.h"

namespace quadrant {
namespace {

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

CharClass look_up(char32_t c) {
  if (is_white_space(c)) return CharClass::kSpace;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) {
    return CharClass::kLetter;
  }
  if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) {
    return CharClass::kNumber;
  }
  return CharClass::kOther;
}

std::array<CharClass, 128> ascii_classes() {
  std::array<CharClass, 128> classes{};
  for (char32_t c = 0; c < 128; ++c) classes[c] = look_up(c);
  return classes;
}

}  // namespace

CharClass classify(char32_t code_point) {
  static const std::array<CharClass, 128> ascii = ascii_classes();
  return code_point < 128 ? ascii[code_point] : look_up(code_point);
}

std::vector<Character> characters_of(std::string_view text) {
  QUADRANT_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max());
  std::vector<Character> characters;
  characters.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = static_cast<unsigned char>(text[at]);
    utf8proc_ssize_t length = 1;
    if (code_point >= 128) {
      length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                static_cast<utf8proc_ssize_t>(text.size() - at), &code_point);
      if (length < 1) {
        length = 1;
        code_point = 0xFFFD;
      }
    }
    const auto c = static_cast<char32_t>(code_point);
    characters.push_back({c, static_cast<std::uint32_t>(at), classify(c)});
    at += static_cast<std::size_t>(length);
  }
  characters.push_back({0, static_cast<std::uint32_t>(text.size()), CharClass::kOther});
  return characters;
}

}  // namespace quadrant
