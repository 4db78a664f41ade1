// UTF-8: validity, normal form, case, words, and the width of text in a terminal (by utf8proc).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

std::optional<std::size_t> first_invalid_utf8(std::string_view text);  // byte offset
std::string to_valid_utf8(std::string_view text);                      // bad bytes become U+FFFD
std::string to_nfc(std::string_view text);                             // text must be valid
std::string to_lower(std::string_view text);  // Unicode simple lower case; must be valid

bool is_space(char32_t code_point);        // Unicode white space
bool is_punctuation(char32_t code_point);  // Unicode's categories P*, and ASCII's symbols ($ + <)
bool is_word(char32_t code_point);         // a letter, a number or "_" (Python's \w)
bool is_upper(char32_t code_point);        // Unicode's categories Lu, Lt
bool is_lower(char32_t code_point);        // Unicode's category Ll

// Code points of valid UTF-8, and back.
std::vector<char32_t> decode_utf8(std::string_view text);
void append_utf8(std::string& text, char32_t code_point);

// Length in bytes of the longest prefix that ends on a whole character.
std::size_t whole_characters(std::string_view text);

// Columns in a terminal: 2 for wide (Hangul, Han, emoji), 0 for combining marks.
int display_width(std::string_view text);

}  // namespace quadrant
