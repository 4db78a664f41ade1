// How much of an answer stands in the passages that it was given.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quadrant {

// K-Precision (Adlakha et al. 2023): the share of the answer's words (normalise.h) that are in the
// passages, a word counting as often as it is in both. NaN for an answer without words. The same
// passages stand before many answers, so that their words are kept.
class KPrecision {
 public:
  double of(std::string_view answer, const std::vector<std::string>& passages);

 private:
  using Counts = std::map<std::string, int>;
  const Counts& counts(const std::string& passage);

  std::unordered_map<std::string, Counts> known_;  // by passage
};

}  // namespace quadrant
