#include "harness/jinja/token_reader.h"

#include <fmt/format.h>

namespace quadrant::jinja {

void TokenReader::expect_operator(std::string_view sign) {
  if (!take_operator(sign)) refuse(fmt::format("{} where \"{}\" should be", shown(), sign));
}

void TokenReader::expect(TokenKind kind, const char* what) {
  if (!is(kind)) refuse(fmt::format("{} where {} should be", shown(), what));
  next();
}

std::string TokenReader::expect_name(const char* what) {
  if (!is(TokenKind::kName))
    refuse(fmt::format("{} where the name of {} should be", shown(), what));
  return next().text;
}

TokenReader::Level::Level(TokenReader& reader) : reader_(reader) {
  constexpr int kDeepest = 100;
  if (++reader_.depth_ > kDeepest) {
    --reader_.depth_;
    reader_.refuse("the template is nested too deep");
  }
}

std::string TokenReader::shown() const {
  switch (peek().kind) {
    case TokenKind::kEnd:
      return "the end of the template";
    case TokenKind::kData:
    case TokenKind::kBlockEnd:
    case TokenKind::kOutputEnd:
      return "the end of the tag";
    default:
      return fmt::format("\"{}\"", peek().text);
  }
}

}  // namespace quadrant::jinja
