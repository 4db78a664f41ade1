#include "retrieval/graph_search.h"

#include <faiss/impl/HNSW.h>

#include <algorithm>

namespace quadrant {

GraphSearch::GraphSearch(const faiss::HNSW& graph, const ByteVectors& vectors)
    : graph_(graph), vectors_(vectors), seen_(vectors.size()) {}

// Four rows at a time, whose reads from memory wait together; the next four are asked for before.
std::span<const std::int32_t> GraphSearch::score(std::span<const std::int32_t> rows) {
  constexpr std::size_t kLine = 64;  // bytes
  scores_.resize((rows.size() + 3) / 4 * 4);
  const auto vector = [&](std::size_t i) {
    return vectors_.row(static_cast<std::size_t>(rows[std::min(i, rows.size() - 1)]));
  };
  const auto fetch = [&](std::size_t first) {
    for (std::size_t i = first; i < std::min(first + 4, rows.size()); ++i) {
      for (std::size_t at = 0; at < vectors_.width(); at += kLine) {
        __builtin_prefetch(vector(i) + at);
      }
    }
  };
  fetch(0);
  for (std::size_t first = 0; first < rows.size(); first += 4) {
    fetch(first + 4);
    const std::int8_t* const group[4] = {vector(first), vector(first + 1), vector(first + 2),
                                         vector(first + 3)};
    products_(query_.data(), group, vectors_.width(), scores_.data() + first);
  }
  return std::span(scores_).first(rows.size());
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
GraphSearch::Seen GraphSearch::descend() {
  const std::int32_t entry = graph_.entry_point;
  Seen best{score(std::span(&entry, 1))[0], entry};
  for (int level = graph_.max_level; level > 0; --level) {
    for (bool better = true; better;) {
      better = false;
      const auto rows = neighbours(best.row, level);
      const auto scores = score(rows);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (scores[i] <= best.score) continue;
        best = {scores[i], rows[i]};
        better = true;
      }
    }
  }
  return best;
}

// fresh_: the neighbours that were not seen before.
void GraphSearch::mark_unseen(std::int32_t of) {
  fresh_.clear();
  for (const std::int32_t row : neighbours(of, 0)) {
    if (seen_[static_cast<std::size_t>(row)]) continue;
    seen_[static_cast<std::size_t>(row)] = 1;
    fresh_.push_back(row);
  }
  touched_.insert(touched_.end(), fresh_.begin(), fresh_.end());
}

Ranking GraphSearch::nearest(std::span<const float> query, std::size_t count, std::size_t breadth) {
  if (graph_.entry_point < 0) return {};
  const auto worse = [](const Seen& a, const Seen& b) { return a.score < b.score; };
  const auto better = [](const Seen& a, const Seen& b) { return a.score > b.score; };
  query_ = query_codes(query);
  std::vector<Seen> open{descend()}, found = open;  // best on top; worst on top
  seen_[static_cast<std::size_t>(open[0].row)] = 1;
  touched_.push_back(open[0].row);
  while (!open.empty()) {
    const Seen next = open.front();
    if (found.size() >= breadth && next.score < found.front().score) break;
    std::pop_heap(open.begin(), open.end(), worse);
    open.pop_back();
    mark_unseen(next.row);
    const auto scores = score(fresh_);
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      const Seen one{scores[i], fresh_[i]};
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
  for (const Seen& one : found) {
    ranking.push_back({static_cast<std::size_t>(one.row), static_cast<double>(one.score)});
  }
  std::sort(ranking.begin(), ranking.end(), ranks_before);
  ranking.resize(std::min(count, ranking.size()));
  return ranking;
}

}  // namespace quadrant
