// Assertions that are wrong: about what nothing in the suite answers, and in place of the answer.
#include <limits>

#include "harness/core/types.h"
#include "harness/metrics/normalise.h"
#include "harness/metrics/parameters.h"
#include "harness/metrics/scorers.h"

namespace quadrant {

double hallucinated(const std::string& output, const Item& item) {
  if (normalised_words(output).empty() || abstained(output, item) == 1) return 0;
  if (!is_answerable(item)) return 1;
  if (item.targets.empty()) return std::numeric_limits<double>::quiet_NaN();
  return contains(output, item) == 1 ? 0 : 1;
}

double stale(const std::string& output, const Item& item) {
  const auto old = meta_texts(item, "stale");
  if (!old) return std::numeric_limits<double>::quiet_NaN();
  Item before;
  before.targets = *old;
  return contains(output, before) == 1 && contains(output, item) != 1 ? 1 : 0;
}

}  // namespace quadrant
