// A requirement as tokens, each with its place; for the gate.
#pragma once

#include <string>
#include <vector>

namespace quadrant {

struct GateToken {
  enum class Kind { kName, kNumber, kText, kSymbol, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  // of kText without its quotes
  double number = 0;
  std::size_t at = 0;  // byte offset

  bool is(const char* symbol) const { return kind == Kind::kSymbol && text == symbol; }
  bool is_word(const char* word) const { return kind == Kind::kName && text == word; }
};

// The last one is kEnd. Error for a character that no requirement holds, and for an open quote.
std::vector<GateToken> gate_tokens(const std::string& requirement);

// Error that names the character, and what stands there.
[[noreturn]] void fail_requirement(const std::string& requirement, std::size_t at,
                                   const std::string& problem, const std::string& mend);

}  // namespace quadrant
