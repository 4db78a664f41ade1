#include "harness/core/error.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace quadrant {
namespace {

std::string join(const std::string& problem, const std::string& where, const std::string& mend) {
  std::string text = problem;
  if (!where.empty()) text += "\n  where: " + where;
  if (!mend.empty()) text += "\n  mend:  " + mend;
  return text;
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

}  // namespace

Error::Error(std::string problem, std::string where, std::string mend)
    : std::runtime_error(join(problem, where, mend)),
      problem_(std::move(problem)),
      where_(std::move(where)),
      mend_(std::move(mend)) {}

void report_bug(const char* condition, const char* file, int line) {
  throw Bug(fmt::format("{}:{}: broken promise: {}", file, line, condition));
}

std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = name.size() / 2 + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace quadrant
