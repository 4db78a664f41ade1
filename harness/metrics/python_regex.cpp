#include "harness/metrics/python_regex.h"

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

constexpr std::size_t kLongestText = 20'000;

std::wstring wide(std::string_view text) {
  const auto characters = decode_utf8(to_valid_utf8(text));
  return {characters.begin(), characters.end()};
}

template <typename Iterator>
std::string narrow(Iterator begin, Iterator end) {
  std::string text;
  for (; begin != end; ++begin) append_utf8(text, static_cast<char32_t>(*begin));
  return text;
}

std::wstring beginning(const std::string& text) { return wide(text).substr(0, kLongestText); }

// "." that stands for any character, line breaks too.
std::wstring with_dots_for_all(const std::wstring& pattern) {
  std::wstring result;
  bool inside = false;  // of [ ]
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const wchar_t c = pattern[i];
    if (c == L'\\' && i + 1 < pattern.size()) {
      result += {c, pattern[++i]};
      continue;
    }
    if (c == L'[') inside = true;
    if (c == L']') inside = false;
    if (c == L'.' && !inside) {
      result += L"[\\s\\S]";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

PythonRegex::PythonRegex(std::string_view pattern, const std::string& where) {
  std::wstring source = wide(pattern);
  auto flags = std::regex::ECMAScript;
  bool all = false;
  while (source.starts_with(L"(?s)") || source.starts_with(L"(?i)")) {
    if (source[2] == L's') {
      all = true;
    } else {
      flags |= std::regex::icase;
    }
    source = source.substr(4);
  }
  try {
    regex_.assign(all ? with_dots_for_all(source) : source, flags);
  } catch (const std::regex_error&) {
    throw Error(fmt::format("the pattern \"{}\" cannot be understood", pattern), where,
                "write it without look-behind, named groups and flags other than (?s) and (?i)");
  }
}

std::vector<std::vector<std::string>> PythonRegex::find_all(const std::string& text) const {
  const std::wstring characters = beginning(text);
  std::vector<std::vector<std::string>> matches;
  for (std::wsregex_iterator match(characters.begin(), characters.end(), regex_), end; match != end;
       ++match) {
    std::vector<std::string>& groups = matches.emplace_back();
    for (std::size_t g = match->size() > 1 ? 1 : 0; g < match->size(); ++g) {
      groups.push_back(narrow((*match)[g].first, (*match)[g].second));
    }
  }
  return matches;
}

std::string PythonRegex::without_matches(const std::string& text) const {
  const std::wstring rest = std::regex_replace(beginning(text), regex_, L"");
  return narrow(rest.begin(), rest.end());
}

}  // namespace quadrant
