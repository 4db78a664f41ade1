// Text as a row of characters with the classes that split rules ask for; any bytes are accepted.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace quadrant {

enum class CharClass : std::uint8_t {
  kLetter,  // Unicode L*
  kNumber,  // Unicode N*
  kSpace,   // Unicode White_Space
  kOther
};

// An invalid byte is a character of its own: U+FFFD, kOther, one byte long.
struct Character {
  char32_t code_point;
  std::uint32_t begin;  // byte offset
  CharClass kind;
};

CharClass classify(char32_t code_point);

// Ends with a sentinel (kOther) whose begin is text.size(). Text up to 4 GiB.
std::vector<Character> characters_of(std::string_view text);

}  // namespace quadrant
