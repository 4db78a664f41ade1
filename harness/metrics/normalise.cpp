#include "harness/metrics/normalise.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

using Words = std::vector<std::string>;

Words split(const std::vector<char32_t>& text, bool keep_punctuation) {
  Words words;
  bool inside = false;
  for (const char32_t c : text) {
    if (is_space(c)) {
      inside = false;
    } else if (keep_punctuation || !is_punctuation(c)) {
      if (!inside) words.emplace_back();
      inside = true;
      append_utf8(words.back(), c);
    }
  }
  return words;
}

bool is_article(const std::string& word) { return word == "a" || word == "an" || word == "the"; }

}  // namespace

Words normalised_words(std::string_view text) {
  const auto code_points = decode_utf8(to_lower(to_nfc(to_valid_utf8(text))));
  Words words = split(code_points, false);
  if (words.empty()) words = split(code_points, true);
  if (!std::all_of(words.begin(), words.end(), is_article)) std::erase_if(words, is_article);
  return words;
}

std::string normalised(std::string_view text) {
  return fmt::format("{}", fmt::join(normalised_words(text), " "));
}

bool has_run(const Words& words, const Words& run) {
  return !run.empty() &&
         std::search(words.begin(), words.end(), run.begin(), run.end()) != words.end();
}

}  // namespace quadrant
