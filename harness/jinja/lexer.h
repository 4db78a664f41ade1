// Cuts a template into text and the tokens of its tags, with Jinja's rules for white space.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant::jinja {

// As jinja2.Environment's parameters of the same names.
struct Options {
  bool trim_blocks = false, lstrip_blocks = false, keep_trailing_newline = false;
  bool strict_undefined = false;  // printing or testing what is not defined is an error
};

enum class TokenKind {
  kData,         // text between tags
  kOutputBegin,  // {{
  kOutputEnd,
  kBlockBegin,  // {%
  kBlockEnd,
  kName,
  kInteger,
  kFloat,
  kString,
  kOperator,
  kEnd
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // of strings: with the escapes resolved
  int line = 1;
};

// Ends with a kEnd token. `where` names the template in errors.
std::vector<Token> tokens_of(std::string_view source, const Options& options,
                             const std::string& where);

[[noreturn]] void fail(
    const std::string& problem, const std::string& where, int line,
    const std::string& mend = "change that line of the template, or use another template");

}  // namespace quadrant::jinja
