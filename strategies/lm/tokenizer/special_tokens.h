// Finds special tokens in marked text: inside trusted ranges (and those that
// may stand anywhere), leftmost first, longest first.
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
  struct Token {
    std::string text;
    std::int32_t id = 0;
    bool anywhere = false;                // in text that is not trusted too
    bool lstrip = false, rstrip = false;  // takes the white space before or behind it away
  };
  SpecialTokens() = default;
  explicit SpecialTokens(std::vector<Token> tokens);

  struct Piece {
    std::string_view text;  // points into the marked text
    std::int32_t id = -1;   // of a special token; -1: plain text
  };
  // Plain pieces run on over the borders of trusted ranges, and are never empty.
  std::vector<Piece> cut(const MarkedText& marked) const;
  std::vector<Piece> cut(MarkedText&& marked) const = delete;  // the pieces would outlive it

 private:
  // The longest token at the start of `text`, of whose bytes the first `trusted` are trusted.
  const Token* match(std::string_view text, std::size_t trusted) const;

  std::array<std::vector<Token>, 256> by_first_byte_;
  bool any_anywhere_ = false;
};

}  // namespace quadrant
