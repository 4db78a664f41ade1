// From the text of a pattern to its states: recursive descent, Thompson's construction from behind.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "harness/metrics/pattern.h"

namespace quadrant {
namespace {

constexpr std::size_t kMostStates = 10000;
constexpr int kMostNested = 200;
constexpr int kMostRepeats = 1000;

}  // namespace

class PatternCompiler {
 public:
  PatternCompiler(std::string_view source, Pattern& pattern)
      : source_(source), text_(decode_utf8(to_valid_utf8(source))), pattern_(pattern) {}

  void compile() {
    const Build whole = alternatives(0);
    if (!done()) fail("a \")\" without its \"(\"");
    const int match = add({Pattern::Kind::kMatch, 0, 0, 0});  // the first, as run() knows
    pattern_.start_ = whole(match);
  }

 private:
  // Adds the states of one part, which lead to state `next`; returns where they begin.
  using Build = std::function<int(int next)>;

  bool done() const { return at_ == text_.size(); }
  char32_t peek() const { return done() ? 0 : text_[at_]; }
  bool take(char32_t c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(problem, fmt::format("the pattern \"{}\", character {}", source_, at_ + 1),
                "write it in the syntax of ECMAScript, without look-around and back-references");
  }

  int add(Pattern::State state) {
    if (pattern_.states_.size() >= kMostStates) fail("this pattern has too many states");
    pattern_.states_.push_back(state);
    return static_cast<int>(pattern_.states_.size()) - 1;
  }

  Build alternatives(int depth) {
    if (depth > kMostNested) fail("too many nested groups");
    std::vector<Build> parts{sequence(depth)};
    while (take('|')) parts.push_back(sequence(depth));
    if (parts.size() == 1) return parts[0];
    return [this, parts](int next) {
      int begin = parts.back()(next);
      for (std::size_t i = parts.size() - 1; i-- > 0;) {
        begin = add({Pattern::Kind::kSplit, 0, parts[i](next), begin});
      }
      return begin;
    };
  }

  Build sequence(int depth) {
    std::vector<Build> parts;
    while (!done() && peek() != '|' && peek() != ')') parts.push_back(repeated(depth));
    return [parts](int next) {
      for (auto part = parts.rbegin(); part != parts.rend(); ++part) next = (*part)(next);
      return next;
    };
  }

  Build repeated(int depth) {
    Build part = single(depth);
    int least = 1;
    std::optional<int> most = 1;
    if (take('*')) {
      least = 0;
      most = std::nullopt;
    } else if (take('+')) {
      most = std::nullopt;
    } else if (take('?')) {
      least = 0;
    } else if (take('{')) {
      least = number();
      most = least;
      if (take(',')) most = peek() == '}' ? std::nullopt : std::optional(number());
      if (!take('}')) fail("\"{\" must be followed by {m}, {m,} or {m,n}");
      if (most && *most < least) fail("the bounds in {m,n} are the wrong way round");
    } else {
      return part;
    }
    if (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{') {
      fail("two repetitions one after the other");
    }
    return [this, part, least, most](int next) { return repeat(part, least, most, next); };
  }

  int repeat(const Build& part, int least, std::optional<int> most, int next) {
    // Repeating what has no states would be free for ever.
    repeats_ += static_cast<std::size_t>(most.value_or(least));
    if (repeats_ > kMostStates) fail("this pattern has too many repetitions");
    int begin = next;
    if (most) {
      for (int i = least; i < *most; ++i) {
        begin = add({Pattern::Kind::kSplit, 0, part(begin), next});
      }
    } else {
      begin = add({Pattern::Kind::kSplit, 0, 0, next});
      const int inside = part(begin);
      pattern_.states_[static_cast<std::size_t>(begin)].next = inside;
    }
    for (int i = 0; i < least; ++i) begin = part(begin);
    return begin;
  }

  int number() {
    int value = -1;
    while (peek() >= '0' && peek() <= '9') {
      value = 10 * std::max(value, 0) + static_cast<int>(peek() - '0');
      if (value > kMostRepeats) fail(fmt::format("more than {} repetitions", kMostRepeats));
      ++at_;
    }
    if (value < 0) fail("a number is missing; for the character itself write \\{");
    return value;
  }

  Build single(int depth) {
    if (take('(')) {
      if (take('?') && !take(':')) fail("of the groups with \"?\" only (?: ) is known");
      const Build inside = alternatives(depth + 1);
      if (!take(')')) fail("a \"(\" without its \")\"");
      return inside;
    }
    if (take('^')) return empty(Pattern::Kind::kBegin);
    if (take('$')) return empty(Pattern::Kind::kEnd);
    if (take('[')) return one_of(brackets());
    if (take('.')) return one_of({{{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}, {}, true});
    if (std::u32string_view(U"*+?{").find(peek()) != std::u32string_view::npos) {
      fail("a repetition of nothing");
    }
    Pattern::Set set;
    add_character(set);
    return one_of(std::move(set));
  }

  Build empty(Pattern::Kind kind) {
    return [this, kind](int next) { return add({kind, 0, next, 0}); };
  }

  Build one_of(Pattern::Set set) {
    pattern_.sets_.push_back(std::move(set));
    const int index = static_cast<int>(pattern_.sets_.size()) - 1;
    return [this, index](int next) { return add({Pattern::Kind::kSet, index, next, 0}); };
  }

  Pattern::Set brackets() {
    Pattern::Set set;
    set.negated = take('^');
    while (!take(']')) {
      if (done()) fail("a \"[\" without its \"]\"");
      const auto low = add_character(set);
      if (!low || peek() != '-' || at_ + 1 >= text_.size() || text_[at_ + 1] == ']') continue;
      ++at_;
      Pattern::Set end;
      const auto high = add_character(end);
      if (!high || *high < *low) fail("the ends of a range are the wrong way round");
      set.ranges.back().second = *high;
    }
    return set;
  }

  // One character, or one class; the character is given back.
  std::optional<char32_t> add_character(Pattern::Set& set) {
    char32_t c = text_[at_++];
    if (c == '\\') {
      if (done()) fail("nothing follows the last \"\\\"");
      c = text_[at_++];
      if (std::u32string_view(U"dwsDWS").find(c) != std::u32string_view::npos) {
        set.classes.push_back(static_cast<char>(c));
        return std::nullopt;
      }
      c = escaped(c);
    }
    set.ranges.emplace_back(c, c);
    return c;
  }

  char32_t escaped(char32_t c) {
    if (c == 'n') return '\n';
    if (c == 'r') return '\r';
    if (c == 't') return '\t';
    if (c == 'u') return hexadecimal();
    if (is_word(c)) fail("an escape that is not known");
    return c;
  }

  char32_t hexadecimal() {
    char32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(lower(peek()));
      if (done() || digit == std::string_view::npos) fail("\\u needs four hexadecimal digits");
      value = 16 * value + static_cast<char32_t>(digit);
    }
    return value;
  }

  static char lower(char32_t c) {
    if (c >= 'A' && c <= 'F') return static_cast<char>(c - 'A' + 'a');
    return c < 0x80 ? static_cast<char>(c) : ' ';
  }

  std::string_view source_;
  std::vector<char32_t> text_;
  std::size_t at_ = 0, repeats_ = 0;
  Pattern& pattern_;
};

Pattern::Pattern(std::string_view source) { PatternCompiler(source, *this).compile(); }

}  // namespace quadrant
