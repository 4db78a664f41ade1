// GPT-2's way of writing any byte as a printable character (bytes_to_unicode in its encoder.py).
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace quadrant {

// The printable bytes of Latin-1 as themselves, the others as U+0100 and on.
const std::array<char32_t, 256>& byte_characters();

std::string to_byte_characters(std::string_view bytes);

// Back from such characters to bytes. A token that has others too stands for itself.
std::string from_byte_characters(std::string_view token);

}  // namespace quadrant
