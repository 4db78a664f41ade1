// Methods of texts and dictionaries, as Python's of the same names.
#include <fmt/format.h>

#include <algorithm>

#include "harness/jinja/interpreter.h"

namespace quadrant::jinja {
namespace {

using Arguments = Interpreter::Arguments;

// One method of a text: `self`, the arguments, and who to complain to.
struct MethodCall {
  Interpreter& interpreter;
  const Text& self;
  const Arguments& arguments;

  const Text& text(std::size_t place) const {
    if (place >= arguments.values.size()) interpreter.refuse("an argument of a method is missing");
    return interpreter.text(arguments.values[place], "give to a method");
  }
  std::string characters() const { return arguments.values.empty() ? "" : text(0).bytes(); }
  std::int64_t count(std::size_t place) const {
    const Value* given = arguments.find(place, place == 1 ? "maxsplit" : "count");
    return given ? interpreter.integer(*given, "count with") : -1;
  }
  Value list(const std::vector<Text>& texts) const {
    interpreter.work(texts.size());
    return interpreter.list(std::vector<Value>(texts.begin(), texts.end()));
  }
};

bool starts_or_ends(const MethodCall& call, bool start) {
  const auto fits = [&](const Value& value) {
    const std::string& part = call.interpreter.text(value, "compare with").bytes();
    return start ? call.self.bytes().starts_with(part) : call.self.bytes().ends_with(part);
  };
  if (call.arguments.values.empty()) call.interpreter.refuse("an argument of a method is missing");
  const auto* several = call.arguments.values[0].list();
  return several ? std::ranges::any_of(several->items, fits) : fits(call.arguments.values[0]);
}

Value split_text(const MethodCall& call) {
  const Value* separator = call.arguments.find(0, "sep");
  if (!separator || separator->as<None>()) return call.list(split(call.self, "", call.count(1)));
  if (call.interpreter.text(*separator, "split at").empty()) {
    call.interpreter.refuse("a text cannot be split at nothing");
  }
  return call.list(split(call.self, separator->as<Text>()->bytes(), call.count(1)));
}

Value split_from_right(const MethodCall& call) {
  const std::int64_t most = call.count(1);
  std::vector<Text> parts;
  Text rest = call.self;
  const std::string separator = call.text(0).bytes();
  if (separator.empty()) call.interpreter.refuse("a text cannot be split at nothing");
  while (most < 0 || std::ssize(parts) < most) {
    const std::size_t found = rest.bytes().rfind(separator);
    if (found == std::string::npos) break;
    parts.push_back(rest.substr(found + separator.size()));
    rest = rest.substr(0, found);
  }
  parts.push_back(std::move(rest));
  std::ranges::reverse(parts);
  return call.list(parts);
}

Value split_lines(const MethodCall& call) {
  std::vector<Text> lines = split(call.self, "\n", -1);
  if (lines.back().empty()) lines.pop_back();
  for (Text& line : lines) {
    if (line.bytes().ends_with('\r')) line = line.substr(0, line.size() - 1);
  }
  return call.list(lines);
}

Value join_items(const MethodCall& call) {
  if (call.arguments.values.empty()) call.interpreter.refuse("join has nothing to join");
  Text joined;
  bool first = true;
  for (const Value& item : call.interpreter.items_of(call.arguments.values[0], "join")) {
    if (!first) joined.append(call.self);
    first = false;
    joined.append(call.interpreter.text(item, "join"));
    call.interpreter.require_size(joined.size());
  }
  return joined;
}

Value find_text(const MethodCall& call) {
  const std::size_t found = call.self.bytes().find(call.text(0).bytes());
  if (found == std::string::npos) return -1;
  return static_cast<std::int64_t>(call.self.substr(0, found).starts().size()) - 1;
}

Value count_text(const MethodCall& call) {
  if (call.text(0).empty()) call.interpreter.refuse("nothing cannot be counted");
  return static_cast<std::int64_t>(split(call.self, call.text(0).bytes(), -1).size()) - 1;
}

Value replace_text(const MethodCall& call) {
  // Each match at least a byte, so the result is no longer than this.
  call.interpreter.require_size((call.self.size() + 1) * (call.text(1).size() + 1));
  return replace_all(call.self, call.text(0), call.text(1), call.count(2));
}

Value remove_affix(const MethodCall& call, bool prefix) {
  const std::string& part = call.text(0).bytes();
  if (prefix) {
    return call.self.bytes().starts_with(part) ? call.self.substr(part.size()) : call.self;
  }
  return call.self.bytes().ends_with(part) ? call.self.substr(0, call.self.size() - part.size())
                                           : call.self;
}

struct Method {
  const char* name;
  Value (*run)(const MethodCall& call);
};
constexpr Method kTextMethods[] = {
    {"strip",
     [](const MethodCall& c) -> Value { return strip(c.self, c.characters(), true, true); }},
    {"lstrip",
     [](const MethodCall& c) -> Value { return strip(c.self, c.characters(), true, false); }},
    {"rstrip",
     [](const MethodCall& c) -> Value { return strip(c.self, c.characters(), false, true); }},
    {"split", split_text},
    {"rsplit", split_from_right},
    {"splitlines", split_lines},
    {"startswith", [](const MethodCall& c) -> Value { return starts_or_ends(c, true); }},
    {"endswith", [](const MethodCall& c) -> Value { return starts_or_ends(c, false); }},
    {"removeprefix", [](const MethodCall& c) -> Value { return remove_affix(c, true); }},
    {"removesuffix", [](const MethodCall& c) -> Value { return remove_affix(c, false); }},
    {"replace", replace_text},
    {"upper", [](const MethodCall& c) -> Value { return upper(c.self); }},
    {"lower", [](const MethodCall& c) -> Value { return lower(c.self); }},
    {"title", [](const MethodCall& c) -> Value { return title(c.self); }},
    {"capitalize", [](const MethodCall& c) -> Value { return capitalise(c.self); }},
    {"join", join_items},
    {"find", find_text},
    {"count", count_text},
};

std::optional<Value> dict_method(Interpreter& interpreter, const Dict& dict,
                                 const std::string& name, const Arguments& arguments) {
  if (name == "get") {
    if (arguments.values.empty()) interpreter.refuse("get() without a key");
    const Value* found = dict.find(interpreter.text(arguments.values[0], "look up").bytes());
    return found ? *found : arguments.values.size() > 1 ? arguments.values[1] : Value(None{});
  }
  if (name != "items" && name != "keys" && name != "values") return std::nullopt;
  std::vector<Value> items;
  for (const auto& [key, value] : dict.entries) {
    interpreter.work();
    const Value key_text = Text::foreign(key);
    items.push_back(name == "keys"     ? key_text
                    : name == "values" ? value
                                       : interpreter.list({key_text, value}, /*tuple=*/true));
  }
  return interpreter.list(std::move(items));
}

}  // namespace

Value call_method(Interpreter& interpreter, const Value& value, const std::string& name,
                  const Interpreter::Arguments& arguments) {
  if (const auto* text = value.as<Text>()) {
    for (const Method& method : kTextMethods) {
      if (name == method.name) return method.run({interpreter, *text, arguments});
    }
  }
  if (const auto* dict = value.dict()) {
    if (auto result = dict_method(interpreter, *dict, name, arguments)) return *std::move(result);
  }
  if (const auto* unknown = value.as<Undefined>()) {
    interpreter.refuse(
        fmt::format("\"{}\" is not defined, so it has no \"{}\"", unknown->name, name));
  }
  interpreter.refuse(fmt::format("the method \"{}\" of {} is not supported", name, value.kind()));
}

}  // namespace quadrant::jinja
