#include "harness/core/utf8.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include <utf8proc.h>

#include "harness/core/error.h"

namespace quadrant {
namespace {

// The code point at the start of `text` and its length in bytes; length < 1 when invalid.
utf8proc_ssize_t next_code_point(std::string_view text, utf8proc_int32_t& code_point) {
  return utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                          static_cast<utf8proc_ssize_t>(text.size()), &code_point);
}

// Most text is, and needs none of utf8proc's work.
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

char to_lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  if (is_ascii(text)) return std::nullopt;
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = 0;
    const auto length = next_code_point(text.substr(at), code_point);
    if (length < 1) return at;
    at += static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

std::string to_valid_utf8(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = 0;
    const auto length = next_code_point(text.substr(at), code_point);
    if (length < 1) {
      append_utf8(result, 0xFFFD);
      ++at;
    } else {
      result.append(text.substr(at, static_cast<std::size_t>(length)));
      at += static_cast<std::size_t>(length);
    }
  }
  return result;
}

std::string to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  QUADRANT_CHECK(size >= 0);
  std::string result(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
  std::free(mapped);
  return result;
}

std::string to_lower(std::string_view text) {
  std::string result;
  if (is_ascii(text)) {
    std::transform(text.begin(), text.end(), std::back_inserter(result), to_lower_ascii);
    return result;
  }
  for (const char32_t c : decode_utf8(text)) {
    append_utf8(result, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
  }
  return result;
}

bool is_space(char32_t code_point) {
  if (code_point < 0x20) {
    return (code_point >= 0x09 && code_point <= 0x0D) || code_point >= 0x1C;
  }
  if (code_point == 0x85) return true;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  return category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP;
}

bool is_punctuation(char32_t code_point) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  if (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO) return true;
  return code_point < 0x80 && category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO;
}

bool is_word(char32_t code_point) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) ||
         code_point == '_';
}

bool is_upper(char32_t code_point) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

bool is_lower(char32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point)) == UTF8PROC_CATEGORY_LL;
}

std::vector<char32_t> decode_utf8(std::string_view text) {
  std::vector<char32_t> code_points;
  code_points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = 0;
    const auto length = next_code_point(text.substr(at), code_point);
    QUADRANT_CHECK(length >= 1);
    code_points.push_back(static_cast<char32_t>(code_point));
    at += static_cast<std::size_t>(length);
  }
  return code_points;
}

void append_utf8(std::string& text, char32_t code_point) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::size_t whole_characters(std::string_view text) {
  // At most the last three bytes can belong to an unfinished character.
  for (std::size_t back = 1; back <= 4 && back <= text.size(); ++back) {
    const auto lead = static_cast<unsigned char>(text[text.size() - back]);
    if ((lead & 0xC0) == 0x80) continue;
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    return length > back ? text.size() - back : text.size();
  }
  return text.size();
}

int display_width(std::string_view text) {
  int width = 0;
  for (const char32_t c : decode_utf8(text)) {
    width += utf8proc_charwidth(static_cast<utf8proc_int32_t>(c));
  }
  return width;
}

}  // namespace quadrant
