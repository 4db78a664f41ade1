#include "retrieval/graph_search.h"

#include <faiss/impl/HNSW.h>

#include <algorithm>

namespace quadrant {

GraphSearch::GraphSearch(const faiss::HNSW& graph, const VectorTable& table)
    : graph_(graph),
      rows_(table.all().data()),
      width_(static_cast<std::size_t>(table.dimension())),
      product_(fast_product()),
      seen_(table.size()) {}

float GraphSearch::score(std::span<const float> query, std::int32_t row) const {
  return product_(query.data(), rows_ + static_cast<std::size_t>(row) * width_, width_);
}

// The list ends at its first -1.
std::span<const std::int32_t> GraphSearch::neighbours(std::int32_t row, int level) const {
  std::size_t begin = 0, end = 0;
  graph_.neighbor_range(row, level, &begin, &end);
  const auto first = graph_.neighbors.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = graph_.neighbors.begin() + static_cast<std::ptrdiff_t>(end);
  return {first, std::find(first, last, -1)};
}

// From the entry point to the nearest row of level 1, always to a better neighbour.
GraphSearch::Seen GraphSearch::descend(std::span<const float> query) const {
  Seen best{score(query, graph_.entry_point), graph_.entry_point};
  for (int level = graph_.max_level; level > 0; --level) {
    for (bool better = true; better;) {
      better = false;
      for (const std::int32_t row : neighbours(best.row, level)) {
        const float value = score(query, row);
        if (value <= best.score) continue;
        best = {value, row};
        better = true;
      }
    }
  }
  return best;
}

void GraphSearch::fetch(std::span<const std::int32_t> rows) const {
  constexpr std::size_t kLine = 16;  // floats in a cache line
  for (const std::int32_t row : rows) {
    const float* vector = rows_ + static_cast<std::size_t>(row) * width_;
    for (std::size_t i = 0; i < std::min<std::size_t>(width_, 4 * kLine); i += kLine) {
      __builtin_prefetch(vector + i);
    }
  }
}

Ranking GraphSearch::nearest(std::span<const float> query, std::size_t count, std::size_t breadth) {
  if (graph_.entry_point < 0) return {};
  const auto worse = [](const Seen& a, const Seen& b) { return a.score < b.score; };
  const auto better = [](const Seen& a, const Seen& b) { return a.score > b.score; };
  std::vector<Seen> open{descend(query)}, found = open;  // best on top; worst on top
  const auto mark = [&](std::int32_t row) {
    seen_[static_cast<std::size_t>(row)] = 1;
    touched_.push_back(row);
  };
  mark(open[0].row);
  std::vector<std::int32_t> fresh;
  while (!open.empty()) {
    const Seen next = open.front();
    if (found.size() >= breadth && next.score < found.front().score) break;
    std::pop_heap(open.begin(), open.end(), worse);
    open.pop_back();
    fresh.clear();
    for (const std::int32_t row : neighbours(next.row, 0)) {
      if (seen_[static_cast<std::size_t>(row)]) continue;
      mark(row);
      fresh.push_back(row);
    }
    fetch(fresh);
    for (const std::int32_t row : fresh) {
      const Seen one{score(query, row), row};
      if (found.size() >= breadth && one.score <= found.front().score) continue;
      open.push_back(one);
      std::push_heap(open.begin(), open.end(), worse);
      found.push_back(one);
      std::push_heap(found.begin(), found.end(), better);
      if (found.size() <= breadth) continue;
      std::pop_heap(found.begin(), found.end(), better);
      found.pop_back();
    }
  }
  for (const std::int32_t row : touched_) seen_[static_cast<std::size_t>(row)] = 0;
  touched_.clear();
  Ranking ranking;
  for (const Seen& one : found) ranking.push_back({static_cast<std::size_t>(one.row), one.score});
  std::sort(ranking.begin(), ranking.end(), ranks_before);
  ranking.resize(std::min(count, ranking.size()));
  return ranking;
}

}  // namespace quadrant
