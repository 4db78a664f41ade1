// The merge table of byte-pair encoding, and its application to one word.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

class Merges {
 public:
  explicit Merges(std::size_t count);  // room for `count` merges

  // Of two merges of the same pair the earlier one counts.
  void add(std::int32_t left, std::int32_t right, std::uint32_t rank, std::int32_t result);

  // Replaces the symbols of a word by tokens: always the pair with the lowest rank first, the
  // leftmost of equal ones. O(n log n) in the word's length.
  void apply(TokenIds& word) const;

 private:
  struct Entry {
    std::uint64_t pair = kEmpty;
    std::uint32_t rank = 0;
    std::int32_t result = 0;
  };
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  const Entry* find(std::int32_t left, std::int32_t right) const;
  void apply_short(TokenIds& word) const;
  void apply_long(TokenIds& word) const;

  std::vector<Entry> table_;  // open addressing, at most half full, a power of two long
};

}  // namespace quadrant
