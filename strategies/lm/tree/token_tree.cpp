#include "strategies/lm/tree/token_tree.h"

#include <algorithm>
#include <numeric>

namespace quadrant {
namespace {

// Sorted, so that sequences with a common prefix are neighbours; stable, so that equal sequences
// keep their order and the tree is the same every time.
std::vector<std::size_t> sorted_order(std::span<const TokenIds> sequences) {
  std::vector<std::size_t> order(sequences.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sequences[a] < sequences[b]; });
  return order;
}

std::size_t common_prefix(const TokenIds& a, const TokenIds& b) {
  const auto limit = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + limit, b.begin()).first -
                                  a.begin());
}

class Builder {
 public:
  Builder(std::span<const TokenIds> sequences, TokenTree& tree)
      : sequences_(sequences), tree_(tree) {
    tree_.order = sorted_order(sequences);
    tree_.paths.resize(sequences.size());
    grow(0, tree_.order.size(), 0, -1);
  }

 private:
  // Adds what follows the first `depth` tokens, which order[low, high) have in common.
  void grow(std::size_t low, std::size_t high, std::size_t depth, int parent) {
    while (low < high && sequence(low).size() == depth) ++low;  // sorted: the ended ones come first
    while (low < high) {
      std::size_t end = low + 1;
      while (end < high && sequence(end)[depth] == sequence(low)[depth]) ++end;
      const std::size_t shared = common_prefix(sequence(low), sequence(end - 1));
      grow(low, end, shared, add_segment(low, end, depth, shared, parent));
      low = end;
    }
  }

  int add_segment(std::size_t low, std::size_t high, std::size_t from, std::size_t to, int parent) {
    const int begin = static_cast<int>(tree_.ids.size());
    for (std::size_t i = from; i < to; ++i) {
      tree_.ids.push_back(sequence(low)[i]);
      tree_.positions.push_back(static_cast<std::int64_t>(i));
      for (std::size_t s = low; s < high; ++s) {
        tree_.paths[tree_.order[s]].push_back(begin + static_cast<std::int64_t>(i - from));
      }
    }
    tree_.segments.push_back({parent, begin, static_cast<int>(to - from), static_cast<int>(from),
                              static_cast<int>(low), static_cast<int>(high)});
    return static_cast<int>(tree_.segments.size()) - 1;
  }

  const TokenIds& sequence(std::size_t rank) const { return sequences_[tree_.order[rank]]; }

  std::span<const TokenIds> sequences_;
  TokenTree& tree_;
};

}  // namespace

TokenTree build_token_tree(std::span<const TokenIds> sequences) {
  TokenTree tree;
  Builder(sequences, tree);
  return tree;
}

std::vector<std::size_t> split_by_tokens(std::span<const TokenIds> sequences, std::size_t budget) {
  std::vector<std::size_t> ends;
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (tokens > 0 && tokens + sequences[i].size() > budget) {
      ends.push_back(i);
      tokens = 0;
    }
    tokens += sequences[i].size();
  }
  if (!sequences.empty()) ends.push_back(sequences.size());
  return ends;
}

std::vector<std::vector<std::size_t>> split_by_tree(std::span<const TokenIds> sequences,
                                                    std::size_t budget) {
  std::vector<std::vector<std::size_t>> groups;
  std::size_t tokens = 0;
  const TokenIds* previous = nullptr;
  for (const std::size_t index : sorted_order(sequences)) {
    const TokenIds& ids = sequences[index];
    const std::size_t fresh = ids.size() - (previous ? common_prefix(*previous, ids) : 0);
    if (!previous || tokens + fresh > budget) {
      groups.emplace_back();
      tokens = ids.size();
    } else {
      tokens += fresh;
    }
    groups.back().push_back(index);
    previous = &ids;
  }
  return groups;
}

std::vector<std::vector<std::size_t>> split_by_cache(std::span<const TokenIds> sequences,
                                                     std::vector<std::vector<std::size_t>> groups,
                                                     std::size_t budget, std::size_t new_tokens) {
  const auto length = [&](std::size_t i) { return sequences[i].size(); };
  std::vector<std::vector<std::size_t>> fitting;
  std::reverse(groups.begin(), groups.end());  // a stack: the first group on top
  while (!groups.empty()) {
    auto group = std::move(groups.back());
    groups.pop_back();
    std::size_t longest = 0, shared = length(group.front());
    for (const std::size_t i : group) {
      longest = std::max(longest, length(i));
      shared = std::min(shared, common_prefix(sequences[group.front()], sequences[i]));
    }
    if (group.size() == 1 || shared + group.size() * (longest - shared + new_tokens) <= budget) {
      fitting.push_back(std::move(group));
      continue;
    }
    std::ranges::stable_sort(group, {}, length);
    const auto half = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
    groups.emplace_back(half, group.end());
    groups.emplace_back(group.begin(), half);
  }
  return fitting;
}

}  // namespace quadrant
