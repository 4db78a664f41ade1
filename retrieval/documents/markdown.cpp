#include "retrieval/documents/markdown.h"

#include <algorithm>
#include <functional>

namespace quadrant {
namespace {

constexpr int kMostLevels = 6;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// Up to three spaces may stand before a heading or a fence; four make code.
std::string_view without_indent(std::string_view line) {
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  return begin > 3 ? std::string_view() : line.substr(begin);
}

struct Heading {
  int level = 0;  // 0: none
  std::string text;
};

Heading hash_heading(std::string_view line) {
  line = without_indent(line);
  const auto level = std::min(line.find_first_not_of('#'), line.size());
  if (level < 1 || level > kMostLevels) return {};
  std::string_view text = line.substr(level);
  if (!text.empty() && text[0] != ' ' && text[0] != '\t' && text[0] != '\r') return {};
  text = trimmed(text);
  const auto last = text.find_last_not_of('#');  // "## Title ##" has a closing run
  if (last == std::string_view::npos) {
    text = {};
  } else if (last + 1 < text.size() && (text[last] == ' ' || text[last] == '\t')) {
    text = trimmed(text.substr(0, last));
  }
  return {static_cast<int>(level), std::string(text)};
}

// The level that a line of = or - gives to the line above it; 0: it is no such line.
int underline_level(std::string_view line) {
  const std::string_view mark = trimmed(without_indent(line));
  if (mark.empty() || (mark[0] != '=' && mark[0] != '-')) return 0;
  if (mark.find_first_not_of(mark[0]) != std::string_view::npos) return 0;
  return mark[0] == '=' ? 1 : 2;
}

// A line of text that an underline can make a heading.
bool can_be_underlined(std::string_view line) {
  const std::string_view text = trimmed(without_indent(line));
  if (text.empty() || underline_level(line) != 0) return false;
  return std::string_view("-*+>|#`~").find(text[0]) == std::string_view::npos;
}

class Fence {
 public:
  // True when the line belongs to fenced code, its borders included.
  bool holds(std::string_view line) {
    const std::string_view text = trimmed(without_indent(line));
    const char mark = text.empty() ? ' ' : text[0];
    const auto length = std::min(text.find_first_not_of(mark), text.size());
    const bool border = (mark == '`' || mark == '~') && length >= 3;
    if (mark_ == ' ') {
      if (border) mark_ = mark, length_ = length;
      return border;
    }
    if (border && mark == mark_ && length >= length_ && length == text.size()) mark_ = ' ';
    return true;
  }

 private:
  char mark_ = ' ';
  std::size_t length_ = 0;
};

void for_each_heading(std::string_view text,
                      const std::function<void(std::size_t begin, const Heading&)>& visit) {
  Fence fence;
  std::string_view before;  // the line above, when it can be underlined
  std::size_t before_at = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (fence.holds(line)) {
      before = {};
    } else if (Heading heading = hash_heading(line); heading.level > 0) {
      visit(at, heading);
      before = {};
    } else if (const int level = underline_level(line); level > 0 && !before.empty()) {
      visit(before_at, {level, std::string(trimmed(before))});
      before = {};
    } else {
      const bool first_of_paragraph = before.empty() && can_be_underlined(line);
      before = first_of_paragraph ? line : std::string_view();
      before_at = at;
    }
    at = end + 1;
  }
}

}  // namespace

void HeadingPath::enter(int level, std::string heading) {
  while (!open_.empty() && open_.back().first >= level) open_.pop_back();
  open_.emplace_back(level, std::move(heading));
}

std::string HeadingPath::text() const {
  std::string path;
  for (const auto& [level, heading] : open_) path += (path.empty() ? "" : " > ") + heading;
  return path;
}

std::vector<Mark> markdown_marks(std::string_view text) {
  std::vector<Mark> marks;
  HeadingPath path;
  for_each_heading(text, [&](std::size_t begin, const Heading& heading) {
    path.enter(heading.level, heading.text);
    marks.push_back({begin, 0, path.text()});
  });
  return marks;
}

std::string markdown_title(std::string_view text) {
  Heading best;
  for_each_heading(text, [&](std::size_t, const Heading& heading) {
    if (best.level == 0 || heading.level < best.level) best = heading;
  });
  return best.text;
}

}  // namespace quadrant
