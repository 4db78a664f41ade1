#include "harness/metrics/pattern.h"

#include <algorithm>

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

constexpr std::size_t kMatch = 0;  // the state that PatternCompiler makes first

bool in_class(char name, char32_t c) {
  const bool digit = c >= '0' && c <= '9';
  switch (name) {
    case 'd':
      return digit;
    case 'w':
      return digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    case 's':
      return is_space(c);
    default:  // the same letter as a capital is everything else
      return !in_class(static_cast<char>(name - 'A' + 'a'), c);
  }
}

}  // namespace

bool Pattern::Set::has(char32_t c) const {
  bool found = false;
  for (const auto& [low, high] : ranges) found = found || (low <= c && c <= high);
  for (const char name : classes) found = found || in_class(name, c);
  return found != negated;
}

bool Pattern::matches(std::string_view text) const { return run(text, false); }
bool Pattern::found_in(std::string_view text) const { return run(text, true); }

bool Pattern::reads(char32_t c) const {
  return std::any_of(sets_.begin(), sets_.end(), [c](const Set& set) { return set.has(c); });
}

// Marks the states that are reached from `state` without reading a character.
void Pattern::follow(int state, bool at_begin, bool at_end, std::vector<bool>& active) const {
  std::vector<int> waiting{state};
  while (!waiting.empty()) {
    const auto at = static_cast<std::size_t>(waiting.back());
    waiting.pop_back();
    if (active[at]) continue;
    active[at] = true;
    const State& here = states_[at];
    const bool passes = here.kind == Kind::kSplit || (here.kind == Kind::kBegin && at_begin) ||
                        (here.kind == Kind::kEnd && at_end);
    if (!passes) continue;
    waiting.push_back(here.next);
    if (here.kind == Kind::kSplit) waiting.push_back(here.other);
  }
}

bool Pattern::run(std::string_view text, bool anywhere) const {
  const auto characters = decode_utf8(to_valid_utf8(text));
  std::vector<bool> active(states_.size(), false);
  for (std::size_t at = 0;; ++at) {
    const bool at_end = at == characters.size();
    if (at == 0 || anywhere) follow(start_, at == 0, at_end, active);
    if (active[kMatch] && (anywhere || at_end)) return true;
    if (at_end) return false;
    std::vector<bool> next(states_.size(), false);
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!active[i] || states_[i].kind != Kind::kSet) continue;
      if (!sets_[static_cast<std::size_t>(states_[i].set)].has(characters[at])) continue;
      follow(states_[i].next, false, at + 1 == characters.size(), next);
    }
    active = std::move(next);
  }
}

}  // namespace quadrant
