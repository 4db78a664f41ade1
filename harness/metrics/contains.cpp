#include <algorithm>
#include <limits>

#include "harness/metrics/normalise.h"
#include "harness/metrics/scorers.h"

namespace quadrant {

double contains(const std::string& output, const Item& item) {
  if (item.targets.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto words = normalised_words(output);
  const auto stands_in_output = [&](const std::string& target) {
    return has_run(words, normalised_words(target));
  };
  return std::any_of(item.targets.begin(), item.targets.end(), stands_in_output) ? 1 : 0;
}

}  // namespace quadrant
