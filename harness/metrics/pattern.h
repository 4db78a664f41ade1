// Regular expressions over Unicode characters, matched in time linear in the text.
//
// Goals: no pattern and no output can make scoring slow or deep (Thompson 1968: all states at once,
// no backtracking). Non-goals: captures, back-references, look-around.
// Syntax (that of ECMAScript): . [a-z] [^가-힣] \d \w \s \D \W \S \n \r \t \uXXXX, an escaped
// punctuation character, ( ) (?: ) | * + ? {m} {m,} {m,n} ^ $. "." is any character but a line
// break; \d and \w are ASCII's, \s is Unicode's; ^ and $ are the ends of the whole text.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace quadrant {

class Pattern {
 public:
  // Error, naming the character, for what is no pattern, or one with more than 10,000 states.
  explicit Pattern(std::string_view source);

  bool matches(std::string_view text) const;   // from its first to its last character
  bool found_in(std::string_view text) const;  // anywhere in it
  bool reads(char32_t c) const;                // a place in it takes this character

 private:
  friend class PatternCompiler;
  friend class PatternForm;
  struct Set {
    std::vector<std::pair<char32_t, char32_t>> ranges;  // both ends belong to it
    std::vector<char> classes;                          // of "dwsDWS"
    bool negated = false;
    bool has(char32_t c) const;
  };
  enum class Kind : std::uint8_t { kSet, kSplit, kBegin, kEnd, kMatch };
  struct State {
    Kind kind = Kind::kMatch;
    int set = 0;              // kSet: index into sets_
    int next = 0, other = 0;  // the second is kSplit's
  };

  bool run(std::string_view text, bool anywhere) const;
  void follow(int state, bool at_begin, bool at_end, std::vector<bool>& active) const;

  std::vector<Set> sets_;
  std::vector<State> states_;
  int start_ = 0;
};

}  // namespace quadrant
