#include "harness/metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::size_t> by_confidence(std::span<const double> confidence,
                                       std::span<const double> right) {
  QUADRANT_CHECK(confidence.size() == right.size());
  std::vector<std::size_t> order(confidence.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return confidence[a] < confidence[b]; });
  return order;
}

// Calls `visit(begin, end)` for each run of equal confidences in `order`.
template <typename Visit>
void for_each_tie(std::span<const double> confidence, const std::vector<std::size_t>& order,
                  const Visit& visit) {
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && confidence[order[end]] == confidence[order[begin]]) ++end;
    visit(begin, end);
    begin = end;
  }
}

}  // namespace

double calibration_error(std::span<const double> confidence, std::span<const double> right,
                         int bins) {
  const auto order = by_confidence(confidence, right);
  if (order.empty()) return kNaN;
  const std::size_t used = std::min(static_cast<std::size_t>(bins), order.size());
  const std::size_t size = order.size() / used, larger = order.size() % used;
  double error = 0;
  std::size_t at = 0;
  for (std::size_t bin = 0; bin < used; ++bin) {
    double gap = 0;
    for (const std::size_t end = at + size + (bin < larger ? 1 : 0); at < end; ++at) {
      gap += confidence[order[at]] - right[order[at]];
    }
    error += std::abs(gap);
  }
  return error / static_cast<double>(order.size());
}

double auroc(std::span<const double> confidence, std::span<const double> right) {
  const auto order = by_confidence(confidence, right);
  double pairs_won = 0, wrong_below = 0, right_total = 0;
  for_each_tie(confidence, order, [&](std::size_t begin, std::size_t end) {
    double good = 0;
    for (std::size_t i = begin; i < end; ++i) good += right[order[i]];
    const double bad = static_cast<double>(end - begin) - good;
    pairs_won += good * (wrong_below + bad / 2);
    wrong_below += bad;
    right_total += good;
  });
  return right_total == 0 || wrong_below == 0 ? kNaN : pairs_won / (right_total * wrong_below);
}

double risk_coverage_area(std::span<const double> confidence, std::span<const double> right) {
  auto order = by_confidence(confidence, right);
  if (order.empty()) return kNaN;
  std::reverse(order.begin(), order.end());
  double area = 0, errors = 0;
  for_each_tie(confidence, order, [&](std::size_t begin, std::size_t end) {
    double wrong = 0;
    for (std::size_t i = begin; i < end; ++i) wrong += 1 - right[order[i]];
    const double each = wrong / static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      errors += each;
      area += errors / static_cast<double>(i + 1);
    }
  });
  return area / static_cast<double>(order.size());
}

}  // namespace quadrant
