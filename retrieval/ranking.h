// A ranked list of rows: the one form in which every search answers.
#pragma once

#include <cstddef>
#include <vector>

namespace quadrant {

struct RankedRow {
  std::size_t row = 0;
  double score = 0;  // higher is better
};
using Ranking = std::vector<RankedRow>;  // best first

// By score, highest first, then by row.
inline bool ranks_before(const RankedRow& a, const RankedRow& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

}  // namespace quadrant
