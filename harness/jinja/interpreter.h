// Runs the syntax tree of a template over its variables, with bounds on work, output and depth.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/jinja/syntax.h"

namespace quadrant::jinja {

using Variables = std::vector<std::pair<std::string, Value>>;

class Interpreter {
 public:
  Interpreter(const Variables& variables, const Options& options, const std::string& where);

  Text run(const Body& body);
  Value evaluate(const Expression& expression);

  // What a call, filter or test is given, and the ways to complain about it.
  struct Arguments {
    std::vector<Value> values;
    std::vector<std::pair<std::string, Value>> keywords;
    const Value* find(std::size_t place, std::string_view keyword) const;
  };
  // For the parts below.
  [[noreturn]] void refuse(const std::string& problem) const;
  std::vector<Value> items_of(const Value& value, const char* purpose);  // iterates
  std::int64_t integer(const Value& value, const char* purpose) const;
  const Text& text(const Value& value, const char* purpose) const;
  Value list(std::vector<Value> items, bool tuple = false) const;
  Value dict(std::vector<std::pair<std::string, Value>> entries) const;
  void require_size(std::size_t size) const;  // of a text or list about to be made
  void work(std::size_t steps = 1);           // refuses when it becomes too much
  void work_through(const Value& value) { work(extent_of(value).weight / 4); }
  Value attribute(const Value& value, const std::string& name) const;
  Value item(const Value& value, const Value& key) const;
  bool truth(const Value& value) const;
  void require_defined(const Value& value) const;  // with strict_undefined
  Value filter(const std::string& name, const Value& value, const Arguments& arguments);
  bool test(const std::string& name, const Value& value, const Arguments& arguments);

 private:
  // One level of the recursion over the syntax tree; refuses when there are too many.
  class Level {
   public:
    explicit Level(Interpreter& interpreter);
    ~Level() { --interpreter_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Interpreter& interpreter_;
  };
  enum class Flow { kOn, kBreak, kContinue };
  using Frame = std::map<std::string, Value, std::less<>>;

  Flow execute(const Body& body, Text& out);
  Flow execute(const Statement& statement, Text& out);
  Flow loop(const Statement& statement, Text& out);
  void assign(const Statement& statement);
  void bind(const Statement& statement, const Value& value);
  Value look_up(const std::string& name) const;
  Arguments arguments(const Expression& call);
  Value call(const Expression& call);
  Value call_function(const std::string& name, const Arguments& arguments);
  Value call_macro(const Macro& macro, const Arguments& arguments);
  Value binary(const Expression& expression);
  Value slice(const Expression& expression);
  void print(const Value& value, Text& out);

  const Options& options_;
  const std::string& where_;
  std::vector<Frame> frames_;  // the outermost first
  std::size_t steps_ = 0;
  int depth_ = 0;
  int line_ = 1;
};

// name(value, arguments...) of a text or dictionary, as Python's methods.
Value call_method(Interpreter& interpreter, const Value& value, const std::string& name,
                  const Interpreter::Arguments& arguments);

// left name right, for all operators but "and" and "or".
Value operate(Interpreter& interpreter, const std::string& name, const Value& left,
              const Value& right);
bool contains(const Interpreter& interpreter, const Value& container, const Value& value);

// left < right, for numbers, texts and lists of these.
bool less(const Interpreter& interpreter, const Value& left, const Value& right);

}  // namespace quadrant::jinja
