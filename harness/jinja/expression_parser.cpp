#include <fmt/format.h>

#include <charconv>

#include "harness/core/error.h"
#include "harness/jinja/token_reader.h"

namespace quadrant::jinja {
namespace {

using Kind = Expression::Kind;

ExpressionPtr make(Kind kind, int line, std::string name = "") {
  auto expression = std::make_unique<Expression>();
  expression->kind = kind;
  expression->line = line;
  expression->name = std::move(name);
  return expression;
}

// Jinja's grammar from the loosest binding to the tightest; one function a level.
class ExpressionParser {
 public:
  explicit ExpressionParser(TokenReader& reader) : reader_(reader) {}

  ExpressionPtr conditional() {
    const TokenReader::Level level(reader_);
    ExpressionPtr then = disjunction();
    while (reader_.is_word("if")) {
      const int line = reader_.next().line;
      ExpressionPtr condition = disjunction();
      ExpressionPtr otherwise = reader_.take_word("else") ? conditional() : nullptr;
      then = make_with(Kind::kConditional, line, "", std::move(then), std::move(condition),
                       std::move(otherwise));
    }
    return then;
  }

  ExpressionPtr disjunction() {
    ExpressionPtr left = conjunction();
    while (reader_.is_word("or")) left = binary(std::move(left), &ExpressionParser::conjunction);
    return left;
  }

 private:
  template <class... Operands>
  ExpressionPtr make_with(Kind kind, int line, std::string name, Operands... operands) {
    auto expression = make(kind, line, std::move(name));
    (expression->operands.push_back(std::move(operands)), ...);
    measure(*expression);
    return expression;
  }

  // Long chains of operators make deep trees without any recursion here.
  void measure(Expression& expression) {
    constexpr int kDeepest = 200;
    for (const ExpressionPtr& operand : expression.operands) {
      if (operand) expression.depth = std::max(expression.depth, operand->depth + 1);
    }
    for (const auto& [name, value] : expression.keywords) {
      expression.depth = std::max(expression.depth, value->depth + 1);
    }
    if (expression.depth > kDeepest) reader_.refuse("the expression is too long");
  }

  using Level = ExpressionPtr (ExpressionParser::*)();

  // The operator at hand and its right side.
  ExpressionPtr binary(ExpressionPtr left, Level right) {
    const Token sign = reader_.next();
    return make_with(Kind::kBinary, sign.line, sign.text, std::move(left), (this->*right)());
  }

  ExpressionPtr chain(std::initializer_list<std::string_view> signs, Level inner) {
    ExpressionPtr left = (this->*inner)();
    while (std::ranges::any_of(signs, [&](auto sign) { return reader_.is_operator(sign); })) {
      left = binary(std::move(left), inner);
    }
    return left;
  }

  ExpressionPtr conjunction() {
    ExpressionPtr left = negation();
    while (reader_.is_word("and")) left = binary(std::move(left), &ExpressionParser::negation);
    return left;
  }

  ExpressionPtr negation() {
    if (!reader_.is_word("not")) return comparison();
    const TokenReader::Level level(reader_);
    const int line = reader_.next().line;
    return make_with(Kind::kUnary, line, "not", negation());
  }

  // a < b < c is (a < b) and (b < c), which no template needs: refused.
  ExpressionPtr comparison() {
    ExpressionPtr left = sum();
    bool compared = false;
    while (true) {
      const int line = reader_.peek().line;
      std::string name;
      if (reader_.is(TokenKind::kOperator)) {
        for (const char* sign : {"==", "!=", "<", "<=", ">", ">="}) {
          if (reader_.peek().text == sign) name = sign;
        }
      } else if (reader_.is_word("in")) {
        name = "in";
      } else if (reader_.is_word("not") && reader_.is_word("in", 1)) {
        reader_.next();
        name = "not in";
      }
      if (name.empty()) return left;
      if (compared) reader_.refuse("chained comparisons are not supported");
      compared = true;
      reader_.next();
      left = make_with(Kind::kBinary, line, name, std::move(left), sum());
    }
  }

  ExpressionPtr sum() { return chain({"+", "-"}, &ExpressionParser::concatenation); }
  ExpressionPtr concatenation() { return chain({"~"}, &ExpressionParser::product); }
  ExpressionPtr product() { return chain({"*", "//", "/", "%"}, &ExpressionParser::power); }
  ExpressionPtr power() { return chain({"**"}, &ExpressionParser::unary); }

  ExpressionPtr unary() { return filters(signed_value()); }

  ExpressionPtr signed_value() {
    if (!reader_.is_operator("-") && !reader_.is_operator("+")) return postfix(primary());
    const TokenReader::Level level(reader_);
    const Token sign = reader_.next();
    return make_with(Kind::kUnary, sign.line, sign.text, signed_value());
  }

  ExpressionPtr primary() {
    const Token token = reader_.next();
    ExpressionPtr constant = make(Kind::kConstant, token.line);
    switch (token.kind) {
      case TokenKind::kString: {
        std::string text = token.text;
        while (reader_.is(TokenKind::kString)) text += reader_.next().text;
        constant->value = Text::own(text);
        return constant;
      }
      case TokenKind::kInteger:
        constant->value = number<std::int64_t>(token);
        return constant;
      case TokenKind::kFloat:
        constant->value = number<double>(token);
        return constant;
      case TokenKind::kName:
        if (token.text == "true" || token.text == "True") {
          constant->value = true;
        } else if (token.text == "false" || token.text == "False") {
          constant->value = false;
        } else if (token.text != "none" && token.text != "None") {
          return make(Kind::kName, token.line, token.text);
        }
        return constant;
      default:
        return bracketed(token);
    }
  }

  template <class T>
  T number(const Token& token) {
    T value{};
    const char* end = token.text.data() + token.text.size();
    if (std::from_chars(token.text.data(), end, value).ec != std::errc()) {
      reader_.refuse(fmt::format("the number {} is too large", token.text));
    }
    return value;
  }

  ExpressionPtr bracketed(const Token& token) {
    if (token.kind != TokenKind::kOperator) reader_.refuse("an expression is missing");
    if (token.text == "(") return parenthesised(token.line);
    if (token.text == "[") {
      ExpressionPtr list = make(Kind::kList, token.line);
      while (!reader_.take_operator("]")) {
        list->operands.push_back(conditional());
        if (!reader_.is_operator("]")) reader_.expect_operator(",");
      }
      measure(*list);
      return list;
    }
    if (token.text == "{") {
      ExpressionPtr dict = make(Kind::kDict, token.line);
      while (!reader_.take_operator("}")) {
        dict->operands.push_back(conditional());
        reader_.expect_operator(":");
        dict->operands.push_back(conditional());
        if (!reader_.is_operator("}")) reader_.expect_operator(",");
      }
      measure(*dict);
      return dict;
    }
    reader_.refuse(fmt::format("\"{}\" where an expression should be", token.text));
  }

  // (a) is a, (a, b) and (a,) are tuples: lists that print otherwise.
  ExpressionPtr parenthesised(int line) {
    ExpressionPtr list = make(Kind::kList, line, "tuple");
    bool tuple = reader_.is_operator(")");
    while (!reader_.take_operator(")")) {
      list->operands.push_back(conditional());
      if (reader_.is_operator(")")) continue;
      reader_.expect_operator(",");
      tuple = true;
    }
    measure(*list);
    return tuple ? std::move(list) : std::move(list->operands[0]);
  }

  ExpressionPtr postfix(ExpressionPtr value) {
    while (true) {
      const int line = reader_.peek().line;
      if (reader_.take_operator(".")) {
        if (reader_.is(TokenKind::kInteger)) {
          ExpressionPtr index = primary();
          value = make_with(Kind::kItem, line, "", std::move(value), std::move(index));
        } else {
          const std::string name = reader_.expect_name("an attribute");
          value = make_with(Kind::kAttribute, line, name, std::move(value));
        }
      } else if (reader_.take_operator("[")) {
        value = subscript(std::move(value), line);
      } else if (reader_.take_operator("(")) {
        value = make_with(Kind::kCall, line, "", std::move(value));
        arguments(*value);
      } else {
        return value;
      }
    }
  }

  ExpressionPtr subscript(ExpressionPtr value, int line) {
    ExpressionPtr parts[3];
    int part = 0;
    while (!reader_.take_operator("]")) {
      if (reader_.take_operator(":")) {
        if (++part > 2) reader_.refuse("a slice has at most three parts");
      } else if (!parts[part]) {
        parts[part] = conditional();
      } else {
        reader_.refuse("a subscript of several values is not supported");
      }
    }
    if (part > 0) {
      return make_with(Kind::kSlice, line, "", std::move(value), std::move(parts[0]),
                       std::move(parts[1]), std::move(parts[2]));
    }
    if (!parts[0]) reader_.refuse("an empty subscript");
    return make_with(Kind::kItem, line, "", std::move(value), std::move(parts[0]));
  }

  void arguments(Expression& call) {
    while (!reader_.take_operator(")")) {
      if (reader_.is_operator("*") || reader_.is_operator("**")) {
        reader_.refuse("arguments with * are not supported");
      }
      const bool keyword = reader_.is(TokenKind::kName) &&
                           reader_.peek(1).kind == TokenKind::kOperator &&
                           reader_.peek(1).text == "=";
      if (keyword) {
        std::string name = reader_.next().text;
        reader_.next();
        call.keywords.emplace_back(std::move(name), conditional());
      } else {
        call.operands.push_back(conditional());
      }
      if (!reader_.is_operator(")")) reader_.expect_operator(",");
    }
    measure(call);
  }

  ExpressionPtr filters(ExpressionPtr value) {
    while (true) {
      const int line = reader_.peek().line;
      if (reader_.take_operator("|")) {
        value = make_with(Kind::kFilter, line, dotted_name("a filter"), std::move(value));
        if (reader_.take_operator("(")) arguments(*value);
      } else if (reader_.is_word("is")) {
        value = test(std::move(value));
      } else if (reader_.take_operator("(")) {
        value = make_with(Kind::kCall, line, "", std::move(value));
        arguments(*value);
      } else {
        return value;
      }
    }
  }

  std::string dotted_name(const char* what) {
    std::string name = reader_.expect_name(what);
    while (reader_.take_operator(".")) name += "." + reader_.expect_name(what);
    return name;
  }

  ExpressionPtr test(ExpressionPtr value) {
    const int line = reader_.next().line;
    const bool negated = reader_.take_word("not");
    ExpressionPtr test = make_with(Kind::kTest, line, dotted_name("a test"), std::move(value));
    if (reader_.take_operator("(")) {
      arguments(*test);
    } else if (takes_argument()) {
      const TokenReader::Level level(reader_);
      test->operands.push_back(postfix(primary()));
    }
    if (!negated) return test;
    return make_with(Kind::kUnary, line, "not", std::move(test));
  }

  // "is divisibleby 3": an argument without brackets.
  bool takes_argument() const {
    if (reader_.is(TokenKind::kString) || reader_.is(TokenKind::kInteger) ||
        reader_.is(TokenKind::kFloat) || reader_.is_operator("[") || reader_.is_operator("{")) {
      return true;
    }
    if (!reader_.is(TokenKind::kName)) return false;
    for (const char* word : {"else", "or", "and", "if", "is", "in", "not", "recursive"}) {
      if (reader_.is_word(word)) return false;
    }
    return true;
  }

  TokenReader& reader_;
};

}  // namespace

ExpressionPtr parse_expression(TokenReader& reader, bool conditional) {
  ExpressionParser parser(reader);
  return conditional ? parser.conditional() : parser.disjunction();
}

}  // namespace quadrant::jinja
