#include "harness/metrics/target_in_text.h"

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

bool is_ascii_word(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

}  // namespace

bool has_word_edges(std::string_view text, std::size_t begin, std::size_t end) {
  const bool joined_before =
      begin > 0 && is_ascii_word(text[begin]) && is_ascii_word(text[begin - 1]);
  const bool joined_after =
      end < text.size() && is_ascii_word(text[end - 1]) && is_ascii_word(text[end]);
  return !joined_before && !joined_after;
}

std::string comparable(std::string_view text) {
  std::string result;
  for (const char c : to_lower(to_nfc(text))) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space) result += c;
    if (space && !result.empty() && result.back() != ' ') result += ' ';
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

bool contains_target(std::string_view text, std::string_view target) {
  const std::string where = comparable(text), what = comparable(target);
  if (what.empty()) return false;
  for (auto at = where.find(what); at != std::string::npos; at = where.find(what, at + 1)) {
    if (has_word_edges(where, at, at + what.size())) return true;
  }
  return false;
}

}  // namespace quadrant
