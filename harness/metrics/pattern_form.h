// A pattern as the form of an answer that grows byte by byte.
//
// The states of the pattern that are alive together are one state of an automaton over bytes, made
// when it is first reached (subset construction, Rabin and Scott 1959). Bytes of an unfinished
// character are part of it: they may follow while some character that begins with them can.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/metrics/pattern.h"

namespace quadrant {

class PatternForm : public AnswerForm {
 public:
  explicit PatternForm(Pattern pattern);  // of the whole answer

  int start() override { return start_; }
  int next(int state, unsigned char byte) override;
  bool is_complete(int state) override { return nodes_[static_cast<std::size_t>(state)].complete; }

 private:
  using Range = std::pair<char32_t, char32_t>;  // both ends belong to it
  struct Node {
    std::vector<int> alive;  // states of the pattern
    std::string begun;       // bytes of an unfinished character
    bool complete = false;
    std::array<int, 256> next;
  };

  std::vector<Range> characters_of(const Pattern::Set& set) const;
  void find_endings();
  int node_of(std::vector<int> alive, std::string begun, bool complete);
  int node_after(const std::vector<bool>& active, bool at_begin);
  int follow(const Node& node, char32_t from, char32_t to, std::string begun);

  Pattern pattern_;
  std::vector<std::vector<Range>> characters_;  // by set, ascending
  std::vector<bool> ends_;                      // by state: the text may end here, past its start
  std::vector<bool> can_end_;                   // by state: some text leads from it to an end
  std::map<std::pair<std::vector<int>, std::string>, int> numbers_;
  std::vector<Node> nodes_;
  int start_ = kNone;
};

}  // namespace quadrant
