// The one way that text enters a page: hostile text stays visible text.
#pragma once

#include <string>
#include <string_view>

namespace quadrant {

// Valid UTF-8 in which nothing hides: bad bytes become U+FFFD, control characters their symbols
// (U+2400...), and characters that reorder or hide text are spelt out ("[U+202E]"). Line feeds and
// tabs stay.
std::string visible_text(std::string_view text);

// visible_text() with & < > " ' as entities: safe in elements, in quoted attributes and in SVG.
std::string escape_html(std::string_view text);

}  // namespace quadrant
