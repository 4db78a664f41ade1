// Finds special tokens in marked text: inside trusted ranges only, leftmost first, longest first.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

// Pieces that were added to a vocabulary by hand count in plain text too (runs of white space, HTML
// tags), unless they are written as control tokens are: in brackets, and not as an HTML tag.
bool is_written_as_control(std::string_view piece);

class SpecialTokens {
 public:
  SpecialTokens() = default;
  explicit SpecialTokens(std::vector<std::pair<std::string, std::int32_t>> tokens);

  struct Piece {
    std::string_view text;  // points into the marked text
    std::int32_t id = -1;   // of a special token; -1: plain text
  };
  // Plain pieces run on over the borders of trusted ranges, and are never empty.
  std::vector<Piece> cut(const MarkedText& marked) const;
  std::vector<Piece> cut(MarkedText&& marked) const = delete;  // the pieces would outlive it

 private:
  const std::pair<std::string, std::int32_t>* match(std::string_view text) const;

  std::array<std::vector<std::pair<std::string, std::int32_t>>, 256> by_first_byte_;
};

}  // namespace quadrant
