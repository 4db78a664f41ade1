// Regular expressions as Python's re writes them, with captures, for the filters of lm-eval tasks.
//
// By std::regex over Unicode characters: what both dialects know, and (?s) and (?i) in front.
// Unlike Pattern it backtracks, so it looks at the first 20,000 characters of a text only.
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

class PythonRegex {
 public:
  // Error, naming `where`, for what is no pattern here.
  PythonRegex(std::string_view pattern, const std::string& where);

  // Of each match, from left to right, its groups; the whole match where there are none.
  std::vector<std::vector<std::string>> find_all(const std::string& text) const;
  std::string without_matches(const std::string& text) const;

 private:
  std::wregex regex_;
};

}  // namespace quadrant
