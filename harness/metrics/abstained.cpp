#include "harness/metrics/abstained.h"

#include <algorithm>

#include "harness/metrics/normalise.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

constexpr std::array<std::string_view, 3> kOpenings{"answer is ", "it is ", "this is "};

std::string_view without_opening(std::string_view text) {
  for (const auto opening : kOpenings) {
    if (text.starts_with(opening)) return text.substr(opening.size());
  }
  return text;
}

}  // namespace

double abstained(const std::string& output, const Item& /*item*/) {
  const auto words = normalised_words(output);
  const std::string text = normalised(output);
  const auto core = without_opening(text);
  if (std::find(kWholeRefusals.begin(), kWholeRefusals.end(), core) != kWholeRefusals.end()) {
    return 1;
  }
  const auto stands_in_output = [&](std::string_view phrase) {
    return has_run(words, normalised_words(phrase));
  };
  return std::any_of(kRefusalPhrases.begin(), kRefusalPhrases.end(), stands_in_output) ? 1 : 0;
}

}  // namespace quadrant
