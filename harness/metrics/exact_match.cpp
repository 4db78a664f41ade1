#include <algorithm>
#include <limits>

#include "harness/metrics/normalise.h"
#include "harness/metrics/scorers.h"

namespace quadrant {

double exact_match(const std::string& output, const Item& item) {
  if (item.targets.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto words = normalised_words(output);
  return std::any_of(item.targets.begin(), item.targets.end(),
                     [&](const std::string& target) { return normalised_words(target) == words; })
             ? 1
             : 0;
}

}  // namespace quadrant
