// The tokens of a template one after the other, for its two parsers.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "harness/jinja/syntax.h"

namespace quadrant::jinja {

class TokenReader {
 public:
  TokenReader(std::vector<Token> tokens, const std::string& where)
      : tokens_(std::move(tokens)), where_(where) {}

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& next() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_.back(); }
  bool is(TokenKind kind) const { return peek().kind == kind; }
  bool is_operator(std::string_view sign) const {
    return is(TokenKind::kOperator) && peek().text == sign;
  }
  bool is_word(std::string_view word, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::kName && peek(ahead).text == word;
  }
  bool take_operator(std::string_view sign) { return is_operator(sign) && (++at_, true); }
  bool take_word(std::string_view word) { return is_word(word) && (++at_, true); }
  void expect_operator(std::string_view sign);
  void expect(TokenKind kind, const char* what);
  std::string expect_name(const char* what);

  // Guards against recursion without end: parsers hold one of these per level.
  class Level {
   public:
    explicit Level(TokenReader& reader);
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    TokenReader& reader_;
  };

  [[noreturn]] void refuse(const std::string& problem) const { fail(problem, where_, peek().line); }
  std::string shown() const;  // the token at hand, for messages

 private:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  const std::string& where_;
};

ExpressionPtr parse_expression(TokenReader& reader, bool conditional = true);

}  // namespace quadrant::jinja
