#include "harness/stats/variance.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "harness/core/error.h"

namespace quadrant {
namespace {

using Matrix = std::vector<std::vector<double>>;

// One factor's level of every observation.
struct Factor {
  std::vector<int> levels;
  double* result = nullptr;
};

// By level; zero for a level that does not occur.
std::vector<double> count_levels(const Factor& factor) {
  std::vector<double> counts;
  for (const int level : factor.levels) {
    QUADRANT_CHECK(level >= 0);
    const auto at = static_cast<std::size_t>(level);
    if (at >= counts.size()) counts.resize(at + 1, 0);
    ++counts[at];
  }
  return counts;
}

std::size_t levels_of(const Factor& factor) {
  const auto counts = count_levels(factor);
  return static_cast<std::size_t>(
      std::count_if(counts.begin(), counts.end(), [](double count) { return count > 0; }));
}

// Sum over levels l of f of (sum over levels m of g of n(l, m)^2) / n(l): how often g's variance
// stands in the expected sum of squares of f.
double coefficient(const Factor& f, const Factor& g) {
  const auto sizes = count_levels(f);
  std::vector<std::pair<int, int>> cells;
  for (std::size_t i = 0; i < f.levels.size(); ++i) cells.emplace_back(f.levels[i], g.levels[i]);
  std::sort(cells.begin(), cells.end());
  double sum = 0;
  for (auto first = cells.begin(); first != cells.end();) {
    const auto end = std::upper_bound(first, cells.end(), *first);
    const auto n = static_cast<double>(end - first);
    sum += n * n / sizes[static_cast<std::size_t>(first->first)];
    first = end;
  }
  return sum;
}

double sum_of_squares(const Factor& f, const std::vector<double>& scores) {
  const auto sizes = count_levels(f);
  std::vector<double> sums(sizes.size(), 0);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    sums[static_cast<std::size_t>(f.levels[i])] += scores[i];
  }
  double squares = 0;
  for (std::size_t level = 0; level < sums.size(); ++level) {
    if (sizes[level] > 0) squares += sums[level] * sums[level] / sizes[level];
  }
  return squares;
}

// Gaussian elimination with row pivots; false when the equations do not determine the unknowns.
bool solve(Matrix a, std::vector<double>& b) {
  const std::size_t n = b.size();
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < n; ++row) {
      if (std::abs(a[row][column]) > std::abs(a[pivot][column])) pivot = row;
    }
    if (std::abs(a[pivot][column]) < 1e-9) return false;
    std::swap(a[pivot], a[column]);
    std::swap(b[pivot], b[column]);
    for (std::size_t row = 0; row < n; ++row) {
      if (row == column) continue;
      const double factor = a[row][column] / a[column][column];
      for (std::size_t k = column; k < n; ++k) a[row][k] -= factor * a[column][k];
      b[row] -= factor * b[column];
    }
  }
  for (std::size_t i = 0; i < n; ++i) b[i] /= a[i][i];
  return true;
}

// A factor with one level, or with a level of its own for every observation, or with the same
// levels as an earlier one, has no variance that could be told from another's.
bool tells_something(const Factor& factor, const std::vector<Factor>& before) {
  const std::size_t levels = levels_of(factor);
  if (levels < 2 || levels == factor.levels.size()) return false;
  return std::none_of(before.begin(), before.end(), [&](const Factor& other) {
    return levels_of(other) == levels &&
           std::abs(coefficient(factor, other) - static_cast<double>(factor.levels.size())) < 1e-9;
  });
}

}  // namespace

VarianceComponents variance_components(std::span<const Observation> observations) {
  VarianceComponents result;
  std::vector<double> scores;
  Factor all, cluster, item, seed, prompt;
  for (const Observation& one : observations) {
    if (std::isnan(one.score)) continue;
    scores.push_back(one.score);
    all.levels.push_back(0);
    cluster.levels.push_back(one.cluster);
    item.levels.push_back(one.item);
    seed.levels.push_back(one.seed);
    prompt.levels.push_back(one.prompt);
  }
  cluster.result = &result.cluster;
  item.result = &result.item;
  seed.result = &result.seed;
  prompt.result = &result.prompt;
  std::vector<Factor> factors;
  for (const Factor& factor : {cluster, item, seed, prompt}) {
    if (tells_something(factor, factors)) factors.push_back(factor);
  }
  Factor each;  // an observation's own
  for (std::size_t i = 0; i < scores.size(); ++i) each.levels.push_back(static_cast<int>(i));
  each.result = &result.residual;
  factors.push_back(each);

  // Corrected for the mean, so that the mean is no unknown.
  const double correction = scores.empty() ? 0 : sum_of_squares(all, scores);
  Matrix expected;
  std::vector<double> seen;
  for (const Factor& f : factors) {
    seen.push_back(sum_of_squares(f, scores) - correction);
    auto& row = expected.emplace_back();
    for (const Factor& g : factors) row.push_back(coefficient(f, g) - coefficient(all, g));
  }
  if (scores.size() < 2 || !solve(expected, seen)) return {};
  for (std::size_t i = 0; i < factors.size(); ++i) *factors[i].result = std::max(0.0, seen[i]);
  return result;
}

}  // namespace quadrant
