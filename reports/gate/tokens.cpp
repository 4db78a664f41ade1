#include "reports/gate/tokens.h"

#include <fmt/format.h>

#include <charconv>

#include "harness/core/error.h"
#include "reports/text/columns.h"

namespace quadrant {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What a name may hold without quotes; bytes beyond ASCII belong to letters of other scripts.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Tokenizer {
 public:
  explicit Tokenizer(const std::string& text) : text_(text) {}

  std::vector<GateToken> all() {
    std::vector<GateToken> tokens;
    do {
      tokens.push_back(next());
    } while (tokens.back().kind != GateToken::Kind::kEnd);
    return tokens;
  }

 private:
  char look(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  GateToken next() {
    while (look() == ' ' || look() == '\t' || look() == '\n' || look() == '\r') ++at_;
    GateToken token;
    token.at = at_;
    if (at_ == text_.size()) return token;
    const char c = look();
    if (is_digit(c) || (c == '.' && is_digit(look(1)))) return number(token);
    if (is_name_character(c)) return name(token);
    if (c == '"' || c == '\'') return quoted(token);
    return symbol(token);
  }

  GateToken number(GateToken token) {
    token.kind = GateToken::Kind::kNumber;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), token.number);
    if (error != std::errc())
      fail_requirement(text_, at_, "this number is out of range", "use one below 1e308");
    token.text.assign(begin, end);
    at_ += token.text.size();
    if (is_name_character(look())) {
      fail_requirement(text_, token.at, "a number with letters behind it",
                       "put a name that begins with a digit in quotes");
    }
    return token;
  }

  // A hyphen or a dot belongs to a name when the name goes on behind it: few-shot, v1.5.
  GateToken name(GateToken token) {
    token.kind = GateToken::Kind::kName;
    const std::size_t begin = at_;
    while (is_name_character(look()) ||
           ((look() == '-' || look() == '.' || look() == '@') && is_name_character(look(1)))) {
      ++at_;
    }
    token.text = text_.substr(begin, at_ - begin);
    return token;
  }

  GateToken quoted(GateToken token) {
    token.kind = GateToken::Kind::kText;
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string::npos) {
      fail_requirement(text_, at_, "this quote is never closed",
                       "close it with the same character");
    }
    token.text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return token;
  }

  GateToken symbol(GateToken token) {
    token.kind = GateToken::Kind::kSymbol;
    for (const char* known : {"==", "!=", "<=", ">=", "<", ">", "(", ")", ",", "+", "-"}) {
      if (text_.compare(at_, std::string_view(known).size(), known) != 0) continue;
      token.text = known;
      at_ += token.text.size();
      return token;
    }
    fail_requirement(text_, at_, "this character has no meaning in a requirement",
                     look() == '=' ? "compare with =="
                                   : "write values, comparisons, and, or, not and parentheses");
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<GateToken> gate_tokens(const std::string& requirement) {
  return Tokenizer(requirement).all();
}

void fail_requirement(const std::string& requirement, std::size_t at, const std::string& problem,
                      const std::string& mend) {
  constexpr std::size_t kShown = 40;
  std::size_t character = 1;
  for (std::size_t i = 0; i < at; ++i) {
    character += (static_cast<unsigned char>(requirement[i]) & 0xC0) != 0x80;
  }
  const std::string place =
      at == requirement.size() ? "the end" : one_line(requirement.substr(at, kShown));
  throw Error(problem, fmt::format("--require, character {}: {}", character, place), mend);
}

}  // namespace quadrant
