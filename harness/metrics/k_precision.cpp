#include "harness/metrics/k_precision.h"

#include <algorithm>
#include <limits>

#include "harness/metrics/normalise.h"

namespace quadrant {

double KPrecision::of(std::string_view answer, const std::vector<std::string>& passages) {
  const std::vector<std::string> words = normalised_words(answer);
  if (words.empty()) return std::numeric_limits<double>::quiet_NaN();
  Counts asked;
  for (const std::string& word : words) ++asked[word];
  Counts there;
  for (const std::string& passage : passages) {
    const Counts& held = counts(passage);
    for (const auto& [word, times] : asked) {
      const auto found = held.find(word);
      if (found != held.end()) there[word] += found->second;
    }
  }
  double supported = 0;
  for (const auto& [word, times] : there) supported += std::min(times, asked.at(word));
  return supported / static_cast<double>(words.size());
}

const KPrecision::Counts& KPrecision::counts(const std::string& passage) {
  constexpr std::size_t kMostKept = 10000;
  if (known_.size() >= kMostKept && !known_.contains(passage)) known_.clear();
  const auto [entry, is_new] = known_.try_emplace(passage);
  if (is_new) {
    for (const std::string& word : normalised_words(passage)) ++entry->second[word];
  }
  return entry->second;
}

}  // namespace quadrant
