#include "harness/metrics/pattern_form.h"

#include <algorithm>

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

using Range = std::pair<char32_t, char32_t>;
using Ranges = std::vector<Range>;

constexpr char32_t kLast = 0x10FFFF;
constexpr int kNotAsked = -2;  // a transition that was not asked for yet

void sort_and_join(Ranges& ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges joined;
  for (const Range& range : ranges) {
    if (!joined.empty() && range.first <= joined.back().second + 1) {
      joined.back().second = std::max(joined.back().second, range.second);
    } else {
      joined.push_back(range);
    }
  }
  ranges = std::move(joined);
}

// `ranges` ascending and disjoint.
Ranges all_others(const Ranges& ranges) {
  Ranges others;
  char32_t from = 0;
  for (const auto& [low, high] : ranges) {
    if (low > from) others.emplace_back(from, low - 1);
    from = high + 1;
  }
  if (from <= kLast) others.emplace_back(from, kLast);
  return others;
}

Ranges spaces() {
  Ranges ranges;
  for (char32_t c = 0; c <= 0xFFFF; ++c) {  // Unicode has none beyond
    if (is_space(c)) ranges.emplace_back(c, c);
  }
  sort_and_join(ranges);
  return ranges;
}

Ranges class_ranges(char name) {
  static const Ranges kSpaces = spaces();
  switch (name) {
    case 'd':
      return {{'0', '9'}};
    case 'w':
      return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    case 's':
      return kSpaces;
    default:  // the same letter as a capital is everything else
      return all_others(class_ranges(static_cast<char>(name - 'A' + 'a')));
  }
}

// UTF-8 has no surrogates.
Ranges without_surrogates(const Ranges& ranges) {
  Ranges kept;
  for (const auto& [low, high] : ranges) {
    if (low < 0xD800) kept.emplace_back(low, std::min<char32_t>(high, 0xD7FF));
    if (high > 0xDFFF) kept.emplace_back(std::max<char32_t>(low, 0xE000), high);
  }
  return kept;
}

bool meets(const Ranges& ranges, char32_t from, char32_t to) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return range.first <= to && from <= range.second; });
}

// The characters whose UTF-8 begins with these bytes, empty when from > to; `left` bytes are
// missing.
struct Begun {
  char32_t from = 1, to = 0;
  int left = 0;
};
Begun begun_characters(const std::string& bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  const int length = lead < 0x80    ? 1
                     : lead < 0xC2  ? 0
                     : lead < 0xE0  ? 2
                     : lead < 0xF0  ? 3
                     : lead <= 0xF4 ? 4
                                    : 0;
  if (length == 0) return {};
  if (length == 1) return {lead, lead, 0};
  char32_t value = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if ((byte & 0xC0) != 0x80) return {};
    value = value << 6 | (byte & 0x3Fu);
  }
  const int left = length - static_cast<int>(bytes.size());
  static constexpr char32_t kShortest[] = {0, 0, 0x80, 0x800, 0x10000};  // none is written longer
  const char32_t from = value << (6 * left), to = from | ((char32_t{1} << (6 * left)) - 1);
  return {std::max(from, kShortest[length]), std::min(to, kLast), left};
}

}  // namespace

PatternForm::PatternForm(Pattern pattern) : pattern_(std::move(pattern)) {
  for (const Pattern::Set& set : pattern_.sets_) characters_.push_back(characters_of(set));
  find_endings();
  std::vector<bool> active(pattern_.states_.size(), false);
  pattern_.follow(pattern_.start_, /*at_begin=*/true, /*at_end=*/false, active);
  start_ = node_after(active, /*at_begin=*/true);
}

std::vector<PatternForm::Range> PatternForm::characters_of(const Pattern::Set& set) const {
  Ranges ranges = set.ranges;
  for (const char name : set.classes) {
    const Ranges more = class_ranges(name);
    ranges.insert(ranges.end(), more.begin(), more.end());
  }
  sort_and_join(ranges);
  return without_surrogates(set.negated ? all_others(ranges) : ranges);
}

// From which states the text may end, and from which it can still come to an end. States lead to
// others in both directions, so passes go on until nothing is new.
void PatternForm::find_endings() {
  using Kind = Pattern::Kind;
  const auto& states = pattern_.states_;
  ends_.assign(states.size(), false);
  can_end_.assign(states.size(), false);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < states.size(); ++i) {
      const auto next = static_cast<std::size_t>(states[i].next);
      const auto other = static_cast<std::size_t>(states[i].other);
      const Kind kind = states[i].kind;
      const bool splits = kind == Kind::kSplit;
      const bool reads =
          kind == Kind::kSet && !characters_[static_cast<std::size_t>(states[i].set)].empty();
      const bool ends = kind == Kind::kMatch || (kind == Kind::kEnd && ends_[next]) ||
                        (splits && (ends_[next] || ends_[other]));
      const bool can_end =
          ends || (reads && can_end_[next]) || (splits && (can_end_[next] || can_end_[other]));
      changed = changed || ends != ends_[i] || can_end != can_end_[i];
      ends_[i] = ends;
      can_end_[i] = can_end;
    }
  }
}

int PatternForm::node_after(const std::vector<bool>& active, bool at_begin) {
  std::vector<int> alive;
  bool complete = false;
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (!active[i]) continue;
    complete = complete || ends_[i];
    const bool reads = pattern_.states_[i].kind == Pattern::Kind::kSet;
    if (reads && can_end_[i]) alive.push_back(static_cast<int>(i));
  }
  // At the very start "^" holds behind "$" too.
  if (at_begin) complete = pattern_.matches("");
  if (alive.empty() && !complete) return kNone;
  return node_of(std::move(alive), "", complete);
}

int PatternForm::node_of(std::vector<int> alive, std::string begun, bool complete) {
  // A complete node and one that is not may be alive in the same states.
  const auto key = std::pair(alive, begun + (complete ? "!" : ""));
  const auto [found, is_new] = numbers_.emplace(key, static_cast<int>(nodes_.size()));
  if (is_new) {
    nodes_.push_back({std::move(alive), std::move(begun), complete, {}});
    nodes_.back().next.fill(kNotAsked);
  }
  return found->second;
}

// The node behind a character of [from, to]: with `begun` bytes it is not whole yet.
int PatternForm::follow(const Node& node, char32_t from, char32_t to, std::string begun) {
  std::vector<int> staying;
  std::vector<bool> active(pattern_.states_.size(), false);
  for (const int state : node.alive) {
    const Pattern::State& here = pattern_.states_[static_cast<std::size_t>(state)];
    if (!meets(characters_[static_cast<std::size_t>(here.set)], from, to)) continue;
    staying.push_back(state);
    if (begun.empty()) pattern_.follow(here.next, false, false, active);
  }
  if (begun.empty()) return node_after(active, /*at_begin=*/false);
  return staying.empty() ? kNone : node_of(std::move(staying), std::move(begun), false);
}

int PatternForm::next(int state, unsigned char byte) {
  const auto at = static_cast<std::size_t>(state);
  if (nodes_[at].next[byte] != kNotAsked) return nodes_[at].next[byte];
  const Node node = nodes_[at];  // a new node may move the others
  const std::string bytes = node.begun + static_cast<char>(byte);
  const Begun begun = begun_characters(bytes);
  const int found = begun.from > begun.to
                        ? kNone
                        : follow(node, begun.from, begun.to, begun.left > 0 ? bytes : "");
  nodes_[at].next[byte] = found;
  return found;
}

}  // namespace quadrant
