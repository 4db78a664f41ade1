// Token trees: a batch of sequences in which every shared prefix is there once.
//
// The same object serves scoring, prefill and training. Sequences never see each other: a token
// sees its ancestors only. Results equal those of separate sequences, up to rounding.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

struct TokenTree {
  // A run of tokens without a branch: ids[begin, begin + size).
  struct Segment {
    int parent = -1;  // index into segments, always smaller than the segment's own
    int begin = 0, size = 0;
    int position = 0;         // of the first token: the number of tokens before it in its sequence
    int first = 0, last = 0;  // the sequences that pass through it: order[first, last)
  };
  std::vector<std::int32_t> ids;        // [tokens]
  std::vector<std::int64_t> positions;  // [tokens]
  std::vector<Segment> segments;
  // paths[s][i] = index into ids of token i of input sequence s.
  std::vector<std::vector<std::int64_t>> paths;
  std::vector<std::size_t> order;  // the input sequences, sorted: neighbours share the most
};

TokenTree build_token_tree(std::span<const TokenIds> sequences);

// Cuts a list of sequences, in order, into groups of at most `budget` tokens each (counted without
// sharing), at least one sequence a group. Returns the end index of each group.
std::vector<std::size_t> split_by_tokens(std::span<const TokenIds> sequences, std::size_t budget);

// Groups of sequences (their indices) that share the most, whose trees have at most `budget`
// tokens; at least one sequence a group.
std::vector<std::vector<std::size_t>> split_by_tree(std::span<const TokenIds> sequences,
                                                    std::size_t budget);

// Cuts such groups further, by length, until a decoding cache for each holds at most `budget`
// tokens: what all have in common once, and for each sequence as much as the longest needs, and
// `new_tokens`.
std::vector<std::vector<std::size_t>> split_by_cache(std::span<const TokenIds> sequences,
                                                     std::vector<std::vector<std::size_t>> groups,
                                                     std::size_t budget, std::size_t new_tokens);

}  // namespace quadrant
