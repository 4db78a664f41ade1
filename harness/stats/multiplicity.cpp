#include "harness/stats/multiplicity.h"

#include <algorithm>
#include <cmath>

namespace quadrant {
namespace {

// Positions of the values that are numbers, smallest value first.
std::vector<std::size_t> ascending(std::span<const double> p_values) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

}  // namespace

std::vector<double> holm_adjust(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double factor = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, factor * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg_adjust(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  double smallest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const double factor = static_cast<double>(order.size()) / static_cast<double>(rank);
    smallest = std::min(smallest, factor * p_values[order[rank - 1]]);
    adjusted[order[rank - 1]] = smallest;
  }
  return adjusted;
}

}  // namespace quadrant
