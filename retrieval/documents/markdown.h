// Where the sections of a Markdown text begin (CommonMark 0.31, sections 4.2 and 4.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

// One mark a heading (# to ######, or underlined with = or -), at the start of its line; lines in
// fenced code are none. Text before the first heading has no mark.
std::vector<Mark> markdown_marks(std::string_view text);

// The first heading of the highest level used, or "".
std::string markdown_title(std::string_view text);

// The headings a section stands under, outermost first.
class HeadingPath {
 public:
  void enter(int level, std::string heading);  // closes those of the same and deeper levels
  std::string text() const;                    // "Install > Debian"

 private:
  std::vector<std::pair<int, std::string>> open_;
};

}  // namespace quadrant
