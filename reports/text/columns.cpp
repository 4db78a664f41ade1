#include "reports/text/columns.h"

#include <algorithm>
#include <utility>

#include "harness/core/utf8.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {

std::string padded(const std::string& text, int width, bool right) {
  std::string shown = text;
  if (display_width(shown) > width) {
    std::string shorter;
    for (const char32_t c : decode_utf8(text)) {
      std::string next = shorter;
      append_utf8(next, c);
      if (display_width(next) > width - 1) break;
      shorter = next;
    }
    shown = shorter + "…";
  }
  const std::string blank(static_cast<std::size_t>(std::max(0, width - display_width(shown))), ' ');
  return right ? blank + shown : shown + blank;
}

std::string one_line(std::string_view text) {
  std::string line = visible_text(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

std::string wrapped(std::string_view text, int columns, int indent, int hanging) {
  std::string margin(static_cast<std::size_t>(indent), ' ');
  std::string result, line;
  const std::string rest = with_unbroken_numbers(one_line(text)) + " ";
  std::size_t begin = 0;
  for (std::size_t space = rest.find(' '); space != std::string::npos;
       begin = space + 1, space = rest.find(' ', begin)) {
    const std::string word = rest.substr(begin, space - begin);
    if (word.empty()) continue;
    if (!line.empty() &&
        static_cast<int>(margin.size()) + display_width(line) + 1 + display_width(word) > columns) {
      result += margin + line + "\n";
      line.clear();
      if (hanging > 0) margin.append(static_cast<std::size_t>(std::exchange(hanging, 0)), ' ');
    }
    line += (line.empty() ? "" : " ") + word;
  }
  result += line.empty() ? "" : margin + line + "\n";
  for (std::size_t at = 0; (at = result.find("\u00A0", at)) != std::string::npos;) {
    result.replace(at, 2, " ");
  }
  return result;
}

}  // namespace quadrant
