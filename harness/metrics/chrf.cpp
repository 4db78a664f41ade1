#include "harness/metrics/chrf.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "harness/core/types.h"
#include "harness/core/utf8.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

constexpr std::size_t kOrders = 6;
constexpr double kBetaSquared = 4;

std::u32string characters(const std::string& text) {
  auto code_points = decode_utf8(to_nfc(to_valid_utf8(text)));
  std::erase_if(code_points, is_space);
  return {code_points.begin(), code_points.end()};
}

using Counts = std::unordered_map<std::u32string_view, int>;

Counts ngrams(std::u32string_view text, std::size_t n) {
  Counts counts;
  for (std::size_t i = 0; i + n <= text.size(); ++i) ++counts[text.substr(i, n)];
  return counts;
}

double total(std::u32string_view text, std::size_t n) {
  return text.size() < n ? 0 : static_cast<double>(text.size() - n + 1);
}

std::vector<double> statistics_of(std::u32string_view output, std::u32string_view target) {
  std::vector<double> statistics;
  for (std::size_t n = 1; n <= kOrders; ++n) {
    const Counts wanted = ngrams(target, n);
    double hits = 0;
    for (const auto& [ngram, times] : ngrams(output, n)) {
      const auto found = wanted.find(ngram);
      if (found != wanted.end()) hits += std::min(times, found->second);
    }
    // An order that the target is too short for does not count against the output.
    statistics.push_back(wanted.empty() ? 0 : total(output, n));
    statistics.push_back(total(target, n));
    statistics.push_back(hits);
  }
  return statistics;
}

}  // namespace

std::vector<double> chrf_statistics(const std::string& output,
                                    const std::vector<std::string>& targets) {
  const std::u32string there = characters(output);
  std::vector<double> best;
  double best_score = -1;
  for (const std::string& target : targets) {
    auto statistics = statistics_of(there, characters(target));
    const double score = chrf_from_statistics(statistics);
    if (score <= best_score) continue;
    best_score = score;
    best = std::move(statistics);
  }
  return best;
}

double chrf_from_statistics(std::span<const double> sums) {
  if (sums.empty()) return std::numeric_limits<double>::quiet_NaN();
  double precision = 0, recall = 0;
  int orders = 0;
  for (std::size_t n = 0; n < kOrders; ++n) {
    const double output = sums[3 * n], target = sums[3 * n + 1], both = sums[3 * n + 2];
    if (output == 0 || target == 0) continue;
    precision += both / output;
    recall += both / target;
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  return (1 + kBetaSquared) * precision * recall / (kBetaSquared * precision + recall);
}

double chrf(const std::string& output, const Item& item) {
  return chrf_from_statistics(chrf_statistics(output, item.targets));
}
std::vector<double> chrf_counts(const std::string& output, const Item& item) {
  return chrf_statistics(output, item.targets);
}

}  // namespace quadrant
