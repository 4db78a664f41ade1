#include "reports/text/escape.h"

#include <fmt/format.h>

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

bool reorders_or_hides(char32_t c) {
  return c == 0x061C || (c >= 0x200B && c <= 0x200F && c != 0x200D) ||  // U+200D joins emoji
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::string visible_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char32_t c : decode_utf8(to_valid_utf8(text))) {
    if (c < 0x20 && c != '\n' && c != '\t') {
      append_utf8(result, 0x2400 + c);
    } else if (c == 0x7F) {
      append_utf8(result, 0x2421);
    } else if ((c >= 0x80 && c <= 0x9F) || reorders_or_hides(c)) {
      result += fmt::format("[U+{:04X}]", static_cast<unsigned>(c));
    } else {
      append_utf8(result, c);
    }
  }
  return result;
}

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : visible_text(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace quadrant
