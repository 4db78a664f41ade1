// Text laid out for a terminal, by the columns that its characters take (harness/core/utf8.h).
#pragma once

#include <string>
#include <string_view>

namespace quadrant {

// At most `width` columns, the rest blank; too long a text ends with an ellipsis.
std::string padded(const std::string& text, int width, bool right = false);

// visible_text() on one line: line feeds and tabs become spaces.
std::string one_line(std::string_view text);

// Lines of at most `columns`, each ended; lines after the first hang `hanging` columns deeper.
std::string wrapped(std::string_view text, int columns, int indent, int hanging = 0);

}  // namespace quadrant
