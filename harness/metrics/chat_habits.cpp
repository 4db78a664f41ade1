// Habits of chat (the Slack story): put off or done, terse, lower case.
#include <algorithm>
#include <limits>

#include "harness/core/types.h"
#include "harness/core/utf8.h"
#include "harness/metrics/lexicon.h"
#include "harness/metrics/normalise.h"
#include "harness/metrics/parameters.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kTerseWords = 12;

std::size_t word_count(const std::string& text) {
  bool inside = false;
  std::size_t words = 0;
  for (const char32_t c : decode_utf8(to_valid_utf8(text))) {
    words += !inside && !is_space(c) ? 1 : 0;
    inside = !is_space(c);
  }
  return words;
}

}  // namespace

double completed(const std::string& output, const Item& item) {
  const auto keywords = meta_texts(item, "keywords");
  const auto min_words = meta_count(item, "min_words");
  if (!keywords && !min_words) return kNaN;
  const auto all = keywords.value_or(std::vector<std::string>{});
  const auto needed = static_cast<std::ptrdiff_t>(
      meta_count(item, "min_keywords").value_or(static_cast<int>(all.size())));
  const auto words = normalised_words(output);
  const auto found = std::count_if(all.begin(), all.end(), [&](const std::string& keyword) {
    return has_run(words, normalised_words(keyword));
  });
  return found >= needed && word_count(output) >= static_cast<std::size_t>(min_words.value_or(1))
             ? 1
             : 0;
}

double deferred(const std::string& output, const Item& item) {
  if (completed(output, item) == 1) return 0;
  return has_phrase(output, {kDeferralsEnglish, kDeferralsKorean}) ? 1 : 0;
}

double terse(const std::string& output, const Item& /*item*/) {
  return word_count(output) <= kTerseWords ? 1 : 0;
}

double lower_case(const std::string& output, const Item& /*item*/) {
  const auto characters = decode_utf8(to_valid_utf8(output));
  if (std::any_of(characters.begin(), characters.end(), is_upper)) return 0;
  return std::any_of(characters.begin(), characters.end(), is_lower) ? 1 : kNaN;
}

}  // namespace quadrant
