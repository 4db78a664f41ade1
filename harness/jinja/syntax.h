// The syntax tree of a template.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/jinja/lexer.h"
#include "harness/jinja/value.h"

namespace quadrant::jinja {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Expression {
  enum class Kind {
    kConstant,     // value
    kName,         // name
    kList,         // operands; name: "tuple" or ""
    kDict,         // operands: key, value, key, value ...
    kAttribute,    // operands[0].name
    kItem,         // operands[0][operands[1]]
    kSlice,        // operands[0][a:b:c]; absent parts are null
    kCall,         // operands[0](operands[1..], keywords)
    kFilter,       // operands[0] | name(operands[1..], keywords)
    kTest,         // operands[0] is name(operands[1..])
    kUnary,        // name: not, -, +
    kBinary,       // name: the operator; "and" and "or" too
    kConditional,  // operands: then, condition, else (may be null)
  };
  Kind kind = Kind::kConstant;
  int line = 1;
  int depth = 1;  // of the tree below
  std::string name;
  Value value;
  std::vector<ExpressionPtr> operands;
  std::vector<std::pair<std::string, ExpressionPtr>> keywords;
};

struct Statement;
using Body = std::vector<std::unique_ptr<Statement>>;

struct Statement {
  enum class Kind {
    kData,      // value
    kOutput,    // expression
    kIf,        // expression, body, otherwise
    kFor,       // names in expression if condition: body, otherwise when nothing came
    kSet,       // names[0] (.names[1]) = expression, or what body writes
    kMacro,     // macro
    kSequence,  // body
    kBreak,
    kContinue,
  };
  Kind kind = Kind::kData;
  int line = 1;
  Value value;
  std::vector<std::string> names;
  ExpressionPtr expression, condition;
  Body body, otherwise;
  std::unique_ptr<Macro> macro;
};

struct Macro {
  std::string name;
  std::vector<std::pair<std::string, ExpressionPtr>> parameters;  // null: no default
  Body body;
};

// Error naming the construct and its line when it is none of ours.
Body parse(std::string_view source, const Options& options, const std::string& where);

}  // namespace quadrant::jinja
