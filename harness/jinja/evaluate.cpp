// The interpreter's expressions: names, attributes, slices and calls.
#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/jinja/interpreter.h"

namespace quadrant::jinja {

Value Interpreter::evaluate(const Expression& expression) {
  using Kind = Expression::Kind;
  const Level level(*this);
  work();
  line_ = expression.line;
  const auto operand = [&](std::size_t i) { return evaluate(*expression.operands[i]); };
  switch (expression.kind) {
    case Kind::kConstant:
      return expression.value;
    case Kind::kName: {
      Value value = look_up(expression.name);
      if (value.as<Text>()) work_through(value);  // it is copied
      return value;
    }
    case Kind::kList: {
      std::vector<Value> items;
      for (std::size_t i = 0; i < expression.operands.size(); ++i) items.push_back(operand(i));
      return list(std::move(items), expression.name == "tuple");
    }
    case Kind::kDict: {
      std::vector<std::pair<std::string, Value>> entries;
      for (std::size_t i = 0; i < expression.operands.size(); i += 2) {
        entries.emplace_back(text(operand(i), "use as a key").bytes(), operand(i + 1));
      }
      return dict(std::move(entries));
    }
    case Kind::kAttribute:
      return attribute(operand(0), expression.name);
    case Kind::kItem: {
      const Value value = operand(0);
      return item(value, operand(1));
    }
    case Kind::kSlice:
      return slice(expression);
    case Kind::kCall:
      return call(expression);
    case Kind::kFilter: {
      const Value value = operand(0);
      work_through(value);
      return filter(expression.name, value, arguments(expression));
    }
    case Kind::kTest: {
      const Value value = operand(0);
      return test(expression.name, value, arguments(expression));
    }
    case Kind::kUnary: {
      const Value value = operand(0);
      if (expression.name == "not") return !truth(value);
      return expression.name == "-" ? operate(*this, "-", 0, value) : value;
    }
    case Kind::kBinary:
      return binary(expression);
    case Kind::kConditional:
      if (truth(operand(1))) return operand(0);
      return expression.operands[2] ? operand(2) : Value(Undefined{});
  }
  throw Bug("unknown expression of a template");
}

Value Interpreter::binary(const Expression& expression) {
  Value left = evaluate(*expression.operands[0]);
  if (expression.name == "and" || expression.name == "or") {
    const bool decided = truth(left) == (expression.name == "or");
    return decided ? left : evaluate(*expression.operands[1]);
  }
  const Value right = evaluate(*expression.operands[1]);
  line_ = expression.line;
  work_through(left);
  work_through(right);
  return operate(*this, expression.name, left, right);
}

const Value* Interpreter::Arguments::find(std::size_t place, std::string_view keyword) const {
  if (place < values.size()) return &values[place];
  const auto found = std::ranges::find(keywords, keyword, &std::pair<std::string, Value>::first);
  return found == keywords.end() ? nullptr : &found->second;
}

Interpreter::Arguments Interpreter::arguments(const Expression& call) {
  Arguments given;
  for (std::size_t i = 1; i < call.operands.size(); ++i) {
    given.values.push_back(evaluate(*call.operands[i]));
  }
  for (const auto& [name, value] : call.keywords)
    given.keywords.emplace_back(name, evaluate(*value));
  return given;
}

Value Interpreter::call(const Expression& call) {
  const Expression& callee = *call.operands[0];
  if (callee.kind == Expression::Kind::kAttribute) {
    const Value value = evaluate(*callee.operands[0]);
    const Arguments given = arguments(call);
    line_ = call.line;
    work_through(value);
    return call_method(*this, value, callee.name, given);
  }
  const Value function = evaluate(callee);
  const Arguments given = arguments(call);
  line_ = call.line;
  if (const auto* macro = function.as<MacroRef>()) return call_macro(*macro->macro, given);
  if (const auto* built_in = function.as<Function>()) return call_function(built_in->name, given);
  const auto* unknown = function.as<Undefined>();
  refuse(unknown ? fmt::format("the function \"{}\" is not supported", unknown->name)
                 : fmt::format("{} cannot be called", function.kind()));
}

Value Interpreter::call_function(const std::string& name, const Arguments& arguments) {
  if (name == "raise_exception") {
    const Value* message = arguments.find(0, "message");
    fail("the template refuses its input: " + (message ? to_text(*message).bytes() : ""), where_,
         line_, "give it what it asks for (a chat template may know no system message)");
  }
  if (name == "range") {
    std::int64_t bounds[3] = {0, 0, 1};
    const std::size_t count = arguments.values.size();
    if (count < 1 || count > 3) refuse("range takes one to three numbers");
    for (std::size_t i = 0; i < count; ++i) {
      bounds[count == 1 ? 1 : i] = integer(arguments.values[i], "count with");
    }
    const auto [begin, end, step] = bounds;
    if (step == 0) refuse("range with a step of 0");
    std::vector<Value> items;
    for (std::int64_t i = begin; step > 0 ? i < end : i > end;) {
      work();
      items.push_back(i);
      if (__builtin_add_overflow(i, step, &i)) break;
    }
    return list(std::move(items));
  }
  if (!arguments.values.empty()) refuse(fmt::format("{} takes names only: {}(a=1)", name, name));
  const Value made = dict(arguments.keywords);
  (*made.as<std::shared_ptr<Dict>>())->is_namespace = name == "namespace";
  return made;
}

Value Interpreter::attribute(const Value& value, const std::string& name) const {
  if (const auto* unknown = value.as<Undefined>()) {
    refuse(fmt::format("\"{}\" is not defined, so it has no \"{}\"", unknown->name, name));
  }
  const auto* dict = value.as<std::shared_ptr<Dict>>();
  const Value* found = dict ? (*dict)->find(name) : nullptr;
  return found ? *found : Value(Undefined{name});
}

Value Interpreter::item(const Value& value, const Value& key) const {
  if (const auto* name = key.as<Text>()) return attribute(value, name->bytes());
  if (value.is_undefined()) return attribute(value, "[...]");
  const auto* place = key.as<std::int64_t>();
  const auto* list = value.list();
  const auto* text = value.as<Text>();
  if (!place || (!list && !text)) return Undefined{"an element"};
  const auto starts = text ? text->starts() : std::vector<std::size_t>{};
  const auto size = text ? std::ssize(starts) - 1 : std::ssize(list->items);
  const std::int64_t index = *place < 0 ? *place + size : *place;
  if (index < 0 || index >= size) return Undefined{fmt::format("element {}", *place)};
  const auto at = static_cast<std::size_t>(index);
  return text ? Value(text->substr(starts[at], starts[at + 1] - starts[at])) : list->items[at];
}

Value Interpreter::slice(const Expression& expression) {
  const Value value = evaluate(*expression.operands[0]);
  std::optional<std::int64_t> parts[3];
  for (std::size_t i = 0; i < 3; ++i) {
    if (!expression.operands[i + 1]) continue;
    const Value part = evaluate(*expression.operands[i + 1]);
    if (!part.as<None>()) parts[i] = integer(part, "slice with");
  }
  const auto* text = value.as<Text>();
  if (!text && !value.list()) refuse(fmt::format("{} cannot be sliced", value.kind()));
  const std::vector<Value> items = items_of(value, "slice");
  const auto size = std::ssize(items);
  const std::int64_t step = parts[2].value_or(1);
  if (step == 0 || step < -size - 1) refuse("a slice with this step is not supported");
  const auto bound = [&](std::optional<std::int64_t> part, std::int64_t otherwise) {
    if (!part) return otherwise;
    const std::int64_t place = *part < 0 ? std::max(*part, -size - 1) + size : *part;
    return std::clamp<std::int64_t>(place, step < 0 ? -1 : 0, step < 0 ? size - 1 : size);
  };
  const std::int64_t begin = bound(parts[0], step < 0 ? size - 1 : 0);
  const std::int64_t end = bound(parts[1], step < 0 ? -1 : size);
  std::vector<Value> taken;
  Text joined;
  for (std::int64_t i = begin; step > 0 ? i < end : i > end; i += std::min(step, size + 1)) {
    const Value& item = items[static_cast<std::size_t>(i)];
    text ? joined.append(*item.as<Text>()) : taken.push_back(item);
  }
  return text ? Value(std::move(joined)) : list(std::move(taken));
}

std::vector<Value> Interpreter::items_of(const Value& value, const char* purpose) {
  std::vector<Value> items;
  if (const auto* list = value.list()) {
    items = list->items;
  } else if (const auto* dict = value.dict()) {
    for (const auto& [key, entry] : dict->entries) items.push_back(Text::foreign(key));
  } else if (const auto* text = value.as<Text>()) {
    const auto starts = text->starts();
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
      items.push_back(text->substr(starts[i], starts[i + 1] - starts[i]));
    }
  } else if (!value.is_undefined() || options_.strict_undefined) {
    refuse(fmt::format("{} is nothing to {}", value.kind(), purpose));
  }
  work(items.size());
  return items;
}

std::int64_t Interpreter::integer(const Value& value, const char* purpose) const {
  if (const auto* number = value.as<std::int64_t>()) return *number;
  refuse(fmt::format("{} is nothing to {}: an integer is needed", value.kind(), purpose));
}

const Text& Interpreter::text(const Value& value, const char* purpose) const {
  if (const auto* found = value.as<Text>()) return *found;
  refuse(fmt::format("{} is nothing to {}: a text is needed", value.kind(), purpose));
}

}  // namespace quadrant::jinja
