#include <algorithm>
#include <limits>
#include <unordered_map>

#include "harness/metrics/normalise.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

double overlap_f1(const std::vector<std::string>& output, const std::vector<std::string>& target) {
  if (output.empty() || target.empty()) return output == target ? 1 : 0;
  std::unordered_map<std::string, int> left;
  for (const auto& word : target) ++left[word];
  int shared = 0;
  for (const auto& word : output) {
    const auto found = left.find(word);
    if (found == left.end() || found->second == 0) continue;
    --found->second;
    ++shared;
  }
  return 2.0 * shared / static_cast<double>(output.size() + target.size());
}

}  // namespace

double f1(const std::string& output, const Item& item) {
  if (item.targets.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto words = normalised_words(output);
  double best = 0;
  for (const auto& target : item.targets) {
    best = std::max(best, overlap_f1(words, normalised_words(target)));
  }
  return best;
}

}  // namespace quadrant
