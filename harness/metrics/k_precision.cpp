#include "harness/metrics/k_precision.h"

#include <limits>
#include <map>
#include <vector>

#include "harness/metrics/normalise.h"

namespace quadrant {

double k_precision(std::string_view answer, std::span<const std::string> passages) {
  std::map<std::string, int> known;
  for (const std::string& passage : passages) {
    for (const std::string& word : normalised_words(passage)) ++known[word];
  }
  const std::vector<std::string> words = normalised_words(answer);
  if (words.empty()) return std::numeric_limits<double>::quiet_NaN();
  double supported = 0;
  for (const std::string& word : words) supported += known[word]-- > 0;
  return supported / static_cast<double>(words.size());
}

}  // namespace quadrant
