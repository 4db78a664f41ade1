// Token trees: shared prefixes once, every sequence found again, groups within their budget.
#include <doctest/doctest.h>

#include <algorithm>

#include "strategies/lm/tree/token_tree.h"

using namespace quadrant;

namespace {

const std::vector<TokenIds> kSequences{
    {1, 2, 3, 4, 5}, {9, 8}, {1, 2, 3, 7}, {1, 2, 3}, {1, 2, 3, 4, 6}, {9, 8}, {}};

}  // namespace

TEST_CASE("a token tree holds each prefix once, and every sequence") {
  const TokenTree tree = build_token_tree(kSequences);
  CHECK(tree.ids.size() == 9);  // 1 2 3 | 4 | 5 | 6 | 7 | 9 8
  for (std::size_t s = 0; s < kSequences.size(); ++s) {
    TokenIds read;
    for (const auto index : tree.paths[s]) read.push_back(tree.ids[index]);
    CHECK(read == kSequences[s]);
    for (std::size_t i = 0; i < tree.paths[s].size(); ++i) {
      CHECK(tree.positions[tree.paths[s][i]] == static_cast<std::int64_t>(i));
    }
  }
}

TEST_CASE("a segment knows the sequences that pass through it") {
  const TokenTree tree = build_token_tree(kSequences);
  for (const auto& segment : tree.segments) {
    for (int rank = 0; rank < static_cast<int>(tree.order.size()); ++rank) {
      const auto& path = tree.paths[tree.order[rank]];
      const bool passes = std::find(path.begin(), path.end(), segment.begin) != path.end();
      CHECK(passes == (rank >= segment.first && rank < segment.last));
    }
  }
}

TEST_CASE("groups share the most and stay within their budget") {
  const auto groups = split_by_tree(kSequences, 7);
  std::vector<bool> seen(kSequences.size(), false);
  for (const auto& group : groups) {
    std::vector<TokenIds> together;
    for (const std::size_t i : group) {
      CHECK(!seen[i]);
      seen[i] = true;
      together.push_back(kSequences[i]);
    }
    CHECK(build_token_tree(together).ids.size() <= 7);
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == std::ssize(kSequences));
  CHECK(groups.size() == 2);                       // 1 2 3 and all below it; 9 8
  CHECK(split_by_tree(kSequences, 1).size() > 3);  // at least one sequence a group
  CHECK(split_by_tree(kSequences, 1000).size() == 1);
  CHECK(split_by_tree({}, 7).empty());
}

TEST_CASE("a long row does not make a cache large for all the short ones") {
  std::vector<TokenIds> sequences(9, TokenIds{1, 2});
  sequences[4].assign(100, 3);
  const auto groups = split_by_cache(sequences, split_by_tree(sequences, 1000), 150, 5);
  std::size_t rows = 0;
  for (const auto& group : groups) {
    const bool has_long = std::find(group.begin(), group.end(), 4) != group.end();
    CHECK((!has_long || group.size() == 1));
    rows += group.size();
  }
  CHECK(rows == 9);
  // What all share is counted once.
  const std::vector<TokenIds> shared(8, TokenIds(100, 1));
  CHECK(split_by_cache(shared, split_by_tree(shared, 1000), 150, 5).size() == 1);
}
