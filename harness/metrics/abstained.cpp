#include "harness/metrics/abstained.h"

#include <algorithm>

#include "harness/metrics/lexicon.h"
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
  const std::string text = normalised(output);
  const auto core = without_opening(text);
  if (std::find(kWholeRefusals.begin(), kWholeRefusals.end(), core) != kWholeRefusals.end()) {
    return 1;
  }
  return has_phrase(output, {kRefusalPhrases, kAbstentionsKorean}) ? 1 : 0;
}

}  // namespace quadrant
