// Tests: value is name(argument).
#include <fmt/format.h>

#include <algorithm>

#include "harness/jinja/interpreter.h"

namespace quadrant::jinja {
namespace {

bool is_integer(const Value& value) { return value.as<std::int64_t>() != nullptr; }

struct KindTest {
  const char* name;
  bool (*passes)(const Value& value);
};
constexpr KindTest kKinds[] = {
    {"defined", [](const Value& v) { return !v.is_undefined(); }},
    {"undefined", [](const Value& v) { return v.is_undefined(); }},
    {"none", [](const Value& v) { return v.as<None>() != nullptr; }},
    {"string", [](const Value& v) { return v.as<Text>() != nullptr; }},
    {"mapping", [](const Value& v) { return v.dict() != nullptr; }},
    {"sequence", [](const Value& v) { return v.list() || v.dict() || v.as<Text>(); }},
    {"iterable",
     [](const Value& v) { return v.list() || v.dict() || v.as<Text>() || v.is_undefined(); }},
    {"number", [](const Value& v) { return number_of(v).has_value(); }},
    {"integer", is_integer},
    {"float", [](const Value& v) { return v.as<double>() != nullptr; }},
    {"boolean", [](const Value& v) { return v.as<bool>() != nullptr; }},
    {"true", [](const Value& v) { return v.as<bool>() && *v.as<bool>(); }},
    {"false", [](const Value& v) { return v.as<bool>() && !*v.as<bool>(); }},
    {"callable", [](const Value& v) { return v.as<Function>() || v.as<MacroRef>(); }},
};

// Tests with an argument that are operators by another name.
constexpr std::pair<const char*, const char*> kOperators[] = {
    {"equalto", "=="},    {"eq", "=="},      {"==", "=="}, {"ne", "!="},
    {"lt", "<"},          {"lessthan", "<"}, {"le", "<="}, {"gt", ">"},
    {"greaterthan", ">"}, {"ge", ">="},      {"in", "in"},
};

}  // namespace

bool Interpreter::test(const std::string& name, const Value& value, const Arguments& arguments) {
  for (const KindTest& known : kKinds) {
    if (name == known.name) return known.passes(value);
  }
  if (name == "odd" || name == "even") {
    return (integer(value, "divide") % 2 == 0) == (name == "even");
  }
  const bool known =
      name == "divisibleby" || name == "sameas" ||
      std::ranges::any_of(kOperators, [&](const auto& op) { return name == op.first; });
  if (!known) refuse(fmt::format("the test \"{}\" is not supported", name));
  if (arguments.values.empty()) refuse(fmt::format("the test \"{}\" lacks its argument", name));
  const Value& other = arguments.values[0];
  if (name == "divisibleby") return equal(operate(*this, "%", value, other), 0);
  if (name == "sameas") return value.data.index() == other.data.index() && equal(value, other);
  for (const auto& [test, sign] : kOperators) {
    if (name == test) return is_true(operate(*this, sign, value, other));
  }
  return false;
}

}  // namespace quadrant::jinja
