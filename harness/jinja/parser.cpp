#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/jinja/token_reader.h"

namespace quadrant::jinja {
namespace {

using StatementKind = Statement::Kind;

class Parser {
 public:
  Parser(TokenReader& reader) : reader_(reader) {}

  // Statements up to one of the words `ends` in a block tag, whose tag it leaves open, or up to the
  // end of the template.
  Body body(std::initializer_list<const char*> ends) {
    Body body;
    while (!reader_.is(TokenKind::kEnd)) {
      const int line = reader_.peek().line;
      if (reader_.is(TokenKind::kData)) {
        body.push_back(make(StatementKind::kData, line));
        body.back()->value = Text::own(reader_.next().text);
      } else if (reader_.is(TokenKind::kOutputBegin)) {
        reader_.next();
        body.push_back(make(StatementKind::kOutput, line));
        body.back()->expression = parse_expression(reader_);
        reader_.expect(TokenKind::kOutputEnd, "}}");
      } else {
        for (const char* end : ends) {
          if (reader_.is_word(end, 1)) return body;
        }
        reader_.next();
        body.push_back(block(line));
      }
    }
    if (ends.size() > 0) {
      reader_.refuse(fmt::format("{{% {} %}} is missing at the end", *(ends.end() - 1)));
    }
    return body;
  }

 private:
  static std::unique_ptr<Statement> make(StatementKind kind, int line) {
    auto statement = std::make_unique<Statement>();
    statement->kind = kind;
    statement->line = line;
    return statement;
  }

  void end_tag() { reader_.expect(TokenKind::kBlockEnd, "%}"); }

  // Reads {% word %}, where body() stopped.
  void close(const char* word) {
    reader_.next();
    reader_.take_word(word);
    end_tag();
  }

  std::unique_ptr<Statement> block(int line) {
    const TokenReader::Level level(reader_);
    const std::string name = reader_.expect_name("a block");
    if (name == "if") return if_block(line, "endif");
    if (name == "for") return for_block(line);
    if (name == "set") return set_block(line);
    if (name == "macro") return macro_block(line);
    if (name == "generation") return generation_block(line);
    if (name == "break" || name == "continue") {
      if (loops_ == 0) reader_.refuse(fmt::format("{{% {} %}} outside of a loop", name));
      end_tag();
      return make(name == "break" ? StatementKind::kBreak : StatementKind::kContinue, line);
    }
    reader_.refuse(fmt::format("{{% {} %}} is not supported", name));
  }

  std::unique_ptr<Statement> if_block(int line, const char* end) {
    const TokenReader::Level level(reader_);
    auto statement = make(StatementKind::kIf, line);
    statement->expression = parse_expression(reader_);
    end_tag();
    statement->body = body({"elif", "else", end});
    reader_.next();
    const int next_line = reader_.peek().line;
    if (reader_.take_word("elif")) {
      statement->otherwise.push_back(if_block(next_line, end));
      return statement;
    }
    if (reader_.take_word("else")) {
      end_tag();
      statement->otherwise = body({end});
      close(end);
      return statement;
    }
    reader_.take_word(end);
    end_tag();
    return statement;
  }

  std::unique_ptr<Statement> for_block(int line) {
    auto statement = make(StatementKind::kFor, line);
    const bool bracket = reader_.take_operator("(");
    do {
      statement->names.push_back(reader_.expect_name("a loop's variable"));
    } while (reader_.take_operator(","));
    if (bracket) reader_.expect_operator(")");
    if (!reader_.take_word("in")) reader_.refuse("a loop without \"in\"");
    statement->expression = parse_expression(reader_, /*conditional=*/false);
    if (reader_.take_word("if")) statement->condition = parse_expression(reader_);
    if (reader_.is_word("recursive")) reader_.refuse("recursive loops are not supported");
    end_tag();
    ++loops_;
    statement->body = body({"else", "endfor"});
    --loops_;
    reader_.next();
    if (reader_.take_word("else")) {
      end_tag();
      statement->otherwise = body({"endfor"});
      reader_.next();
    }
    reader_.take_word("endfor");
    end_tag();
    return statement;
  }

  std::unique_ptr<Statement> set_block(int line) {
    auto statement = make(StatementKind::kSet, line);
    statement->names.push_back(reader_.expect_name("a variable"));
    if (reader_.take_operator(".")) {
      statement->names.push_back(reader_.expect_name("an attribute"));
    }
    if (reader_.is_operator(",")) reader_.refuse("{% set %} of several names is not supported");
    if (reader_.take_operator("=")) {
      statement->expression = parse_expression(reader_);
      end_tag();
      return statement;
    }
    if (reader_.is_operator("|")) reader_.refuse("{% set %} with a filter is not supported");
    end_tag();
    statement->body = body({"endset"});
    close("endset");
    return statement;
  }

  std::unique_ptr<Statement> macro_block(int line) {
    auto statement = make(StatementKind::kMacro, line);
    statement->macro = std::make_unique<Macro>();
    statement->macro->name = reader_.expect_name("a macro");
    reader_.expect_operator("(");
    while (!reader_.take_operator(")")) {
      std::string name = reader_.expect_name("a parameter");
      ExpressionPtr otherwise = reader_.take_operator("=") ? parse_expression(reader_) : nullptr;
      statement->macro->parameters.emplace_back(std::move(name), std::move(otherwise));
      if (!reader_.is_operator(")")) reader_.expect_operator(",");
    }
    end_tag();
    const int outside = std::exchange(loops_, 0);
    statement->macro->body = body({"endmacro"});
    loops_ = outside;
    reader_.next();
    reader_.take_word("endmacro");
    reader_.take_word(statement->macro->name);
    end_tag();
    return statement;
  }

  // transformers marks with it what an assistant wrote; it prints its body.
  std::unique_ptr<Statement> generation_block(int line) {
    auto statement = make(StatementKind::kSequence, line);
    end_tag();
    statement->body = body({"endgeneration"});
    close("endgeneration");
    return statement;
  }

  TokenReader& reader_;
  int loops_ = 0;
};

}  // namespace

Body parse(std::string_view source, const Options& options, const std::string& where) {
  TokenReader reader(tokens_of(source, options, where), where);
  return Parser(reader).body({});
}

}  // namespace quadrant::jinja
