#include "strategies/lm/tokenizer/byte_level.h"

#include <unordered_map>

#include "harness/core/utf8.h"

namespace quadrant {

const std::array<char32_t, 256>& byte_characters() {
  static const auto characters = [] {
    std::array<char32_t, 256> made{};
    char32_t next = 0x100;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool printable =
          (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      made[byte] = printable ? byte : next++;
    }
    return made;
  }();
  return characters;
}

std::string to_byte_characters(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    append_utf8(text, byte_characters()[static_cast<unsigned char>(byte)]);
  }
  return text;
}

std::string from_byte_characters(std::string_view token) {
  static const auto byte_of = [] {
    std::unordered_map<char32_t, char> map;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      map[byte_characters()[byte]] = static_cast<char>(byte);
    }
    return map;
  }();
  if (first_invalid_utf8(token)) return std::string(token);
  std::string bytes;
  for (const char32_t c : decode_utf8(token)) {
    const auto found = byte_of.find(c);
    if (found == byte_of.end()) return std::string(token);
    bytes += found->second;
  }
  return bytes;
}

}  // namespace quadrant
