// Filters: value | name(arguments).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>

#include "harness/jinja/interpreter.h"

namespace quadrant::jinja {
namespace {

struct Call {
  Interpreter& interpreter;
  const Value& self;
  const Interpreter::Arguments& arguments;

  std::vector<Value> items() const { return interpreter.items_of(self, "filter"); }
  const Value* find(std::size_t place, std::string_view name) const {
    return arguments.find(place, name);
  }
  bool flag(std::size_t place, std::string_view name) const {
    const Value* given = find(place, name);
    return given && is_true(*given);
  }
  Value method(const char* name) const {
    return call_method(interpreter, to_text(self), name, arguments);
  }
};

Value length(const Call& call) {
  if (const auto* text = call.self.as<Text>()) {
    return static_cast<std::int64_t>(text->starts().size()) - 1;
  }
  if (call.self.is_undefined()) return 0;
  return static_cast<std::int64_t>(call.items().size());
}

Value join(const Call& call) {
  const Value* separator = call.find(0, "d");
  const Value* attribute = call.find(1, "attribute");
  Text joined;
  bool first = true;
  for (const Value& item : call.items()) {
    if (!first && separator) joined.append(to_text(*separator));
    first = false;
    joined.append(to_text(attribute ? call.interpreter.item(item, *attribute) : item));
    call.interpreter.require_size(joined.size());
  }
  return joined;
}

Value or_default(const Call& call) {
  const bool missing = call.self.is_undefined() || (call.flag(1, "boolean") && !is_true(call.self));
  if (!missing) return call.self;
  const Value* other = call.find(0, "default_value");
  return other ? *other : Value(Text{});
}

Value as_json(const Call& call) {
  const Value* indent = call.find(0, "indent");
  for (const auto& [name, value] : call.arguments.keywords) {
    if (name != "indent" && name != "ensure_ascii") {
      call.interpreter.refuse(fmt::format("tojson with \"{}\" is not supported", name));
    }
  }
  if (call.self.is_undefined()) call.interpreter.refuse("tojson of what is not defined");
  const std::int64_t spaces =
      !indent || indent->as<None>() ? -1 : call.interpreter.integer(*indent, "indent by");
  if (spaces > 16) call.interpreter.refuse("tojson with so wide an indent is not supported");
  return to_json(call.self, static_cast<int>(spaces));
}

Value as_integer(const Call& call) {
  if (const auto* text = call.self.as<Text>()) {
    const std::string bytes = strip(*text, "", true, true).bytes();
    std::int64_t value = 0;
    const auto end = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
    if (end.ec == std::errc() && end.ptr == bytes.data() + bytes.size()) return value;
  } else if (const auto number = number_of(call.self)) {
    if (std::abs(*number) < 9e18) return static_cast<std::int64_t>(*number);
  }
  const Value* otherwise = call.find(0, "default");
  return otherwise ? *otherwise : Value(0);
}

Value as_float(const Call& call) {
  if (const auto number = number_of(call.self)) return *number;
  if (const auto* text = call.self.as<Text>()) {
    const std::string bytes = strip(*text, "", true, true).bytes();
    double value = 0;
    const auto end = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
    if (end.ec == std::errc() && end.ptr == bytes.data() + bytes.size()) return value;
  }
  const Value* otherwise = call.find(0, "default");
  return otherwise ? *otherwise : Value(0.0);
}

Value ends(const Call& call, bool first) {
  const std::vector<Value> items = call.items();
  if (items.empty()) return Undefined{first ? "the first of nothing" : "the last of nothing"};
  return first ? items.front() : items.back();
}

Value reversed(const Call& call) {
  std::vector<Value> items = call.items();
  std::ranges::reverse(items);
  if (!call.self.as<Text>()) return call.interpreter.list(std::move(items));
  Text joined;
  for (const Value& item : items) joined.append(*item.as<Text>());
  return joined;
}

Value sorted(const Call& call) {
  std::vector<Value> items = call.items();
  const Value* attribute = call.find(2, "attribute");
  const auto key = [&](const Value& item) {
    Value value = attribute ? call.interpreter.item(item, *attribute) : item;
    const auto* text = value.as<Text>();
    return text && !call.flag(1, "case_sensitive") ? Value(lower(*text)) : value;
  };
  // Insertion keeps equal items in place, and survives an order that is none.
  for (std::size_t i = 1; i < items.size(); ++i) {
    for (std::size_t j = i; j > 0; --j) {
      call.interpreter.work(4);
      const bool swap = call.flag(0, "reverse")
                            ? less(call.interpreter, key(items[j - 1]), key(items[j]))
                            : less(call.interpreter, key(items[j]), key(items[j - 1]));
      if (!swap) break;
      std::swap(items[j], items[j - 1]);
    }
  }
  return call.interpreter.list(std::move(items));
}

Value unique(const Call& call) {
  std::vector<Value> kept;
  for (const Value& item : call.items()) {
    call.interpreter.work(kept.size());
    if (!contains(call.interpreter, call.interpreter.list(kept), item)) kept.push_back(item);
  }
  return call.interpreter.list(std::move(kept));
}

Value mapped(const Call& call) {
  const Value* attribute = call.arguments.values.empty() ? call.find(0, "attribute") : nullptr;
  std::vector<Value> results;
  Interpreter::Arguments rest = call.arguments;
  std::string name;
  if (!attribute) {
    if (rest.values.empty()) call.interpreter.refuse("map without a filter or attribute");
    name = call.interpreter.text(rest.values[0], "map with").bytes();
    rest.values.erase(rest.values.begin());
  }
  const Value* otherwise = call.find(1, "default");
  for (const Value& item : call.items()) {
    call.interpreter.work();
    Value result = attribute ? call.interpreter.item(item, *attribute)
                             : call.interpreter.filter(name, item, rest);
    results.push_back(attribute && otherwise && result.is_undefined() ? *otherwise : result);
  }
  return call.interpreter.list(std::move(results));
}

// select, reject: by a test of the items; selectattr, rejectattr: of one of their attributes.
Value selected(const Call& call, bool keep, bool by_attribute) {
  Interpreter::Arguments rest = call.arguments;
  const auto take = [&] {
    const Value taken = rest.values.front();
    rest.values.erase(rest.values.begin());
    return taken;
  };
  if (by_attribute && rest.values.empty()) call.interpreter.refuse("selectattr of no attribute");
  const Value attribute = by_attribute ? take() : Value();
  const std::string test =
      rest.values.empty() ? "" : call.interpreter.text(take(), "test with").bytes();
  std::vector<Value> kept;
  for (const Value& item : call.items()) {
    call.interpreter.work();
    const Value value = by_attribute ? call.interpreter.item(item, attribute) : item;
    const bool passes =
        test.empty() ? call.interpreter.truth(value) : call.interpreter.test(test, value, rest);
    if (passes == keep) kept.push_back(item);
  }
  return call.interpreter.list(std::move(kept));
}

Value indented(const Call& call) {
  const Value* width = call.find(0, "width");
  const Text* given = width ? width->as<Text>() : nullptr;
  const std::int64_t spaces = width && !given ? call.interpreter.integer(*width, "indent by") : 4;
  if (spaces < 0 || spaces > 1000) call.interpreter.refuse("indent by so much is not supported");
  const Text margin =
      given ? *given : Text::own(std::string(static_cast<std::size_t>(spaces), ' '));
  Text result;
  bool first = true;
  for (const Text& line : split(to_text(call.self), "\n", -1)) {
    if (!first) result.append("\n", true);
    const bool wanted = first ? call.flag(1, "first") : !line.empty() || call.flag(2, "blank");
    if (wanted) result.append(margin);
    first = false;
    result.append(line);
    call.interpreter.require_size(result.size());
  }
  return result;
}

Value sum(const Call& call) {
  Value total = call.find(1, "start") ? *call.find(1, "start") : Value(0);
  const Value* attribute = call.find(0, "attribute");
  for (const Value& item : call.items()) {
    total = operate(call.interpreter, "+", total,
                    attribute ? call.interpreter.item(item, *attribute) : item);
  }
  return total;
}

Value extreme(const Call& call, bool largest) {
  Value best = Undefined{"the best of nothing"};
  for (const Value& item : call.items()) {
    const bool better = best.is_undefined() || (largest ? less(call.interpreter, best, item)
                                                        : less(call.interpreter, item, best));
    if (better) best = item;
  }
  return best;
}

Value absolute(const Call& call) {
  const bool negative = less(call.interpreter, call.self, 0);
  return negative ? operate(call.interpreter, "-", 0, call.self) : call.self;
}

struct Filter {
  const char* name;
  Value (*run)(const Call& call);
};
constexpr Filter kFilters[] = {
    {"trim", [](const Call& c) { return c.method("strip"); }},
    {"length", length},
    {"count", length},
    {"join", join},
    {"default", or_default},
    {"d", or_default},
    {"tojson", as_json},
    {"upper", [](const Call& c) { return c.method("upper"); }},
    {"lower", [](const Call& c) { return c.method("lower"); }},
    {"title", [](const Call& c) { return c.method("title"); }},
    {"capitalize", [](const Call& c) { return c.method("capitalize"); }},
    {"replace", [](const Call& c) { return c.method("replace"); }},
    {"items", [](const Call& c) { return call_method(c.interpreter, c.self, "items", {}); }},
    {"list", [](const Call& c) { return c.interpreter.list(c.items()); }},
    {"string", [](const Call& c) -> Value { return to_text(c.self); }},
    {"safe", [](const Call& c) { return c.self; }},
    {"int", as_integer},
    {"float", as_float},
    {"first", [](const Call& c) { return ends(c, true); }},
    {"last", [](const Call& c) { return ends(c, false); }},
    {"reverse", reversed},
    {"sort", sorted},
    {"unique", unique},
    {"map", mapped},
    {"select", [](const Call& c) { return selected(c, true, false); }},
    {"reject", [](const Call& c) { return selected(c, false, false); }},
    {"selectattr", [](const Call& c) { return selected(c, true, true); }},
    {"rejectattr", [](const Call& c) { return selected(c, false, true); }},
    {"indent", indented},
    {"sum", sum},
    {"min", [](const Call& c) { return extreme(c, false); }},
    {"max", [](const Call& c) { return extreme(c, true); }},
    {"abs", absolute},
};

}  // namespace

Value Interpreter::filter(const std::string& name, const Value& value, const Arguments& arguments) {
  for (const Filter& known : kFilters) {
    if (name == known.name) return known.run({*this, value, arguments});
  }
  refuse(fmt::format("the filter \"{}\" is not supported", name));
}

}  // namespace quadrant::jinja
