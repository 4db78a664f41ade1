// The values of a template: what Python has, as far as templates use it. Nothing changes once made,
// except the attributes of a namespace.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/jinja/text.h"

namespace quadrant::jinja {

struct Macro;  // syntax.h
struct Value;

struct Undefined {
  std::string name;  // what was looked for; "": nothing, which strict_undefined lets pass
};
struct None {};
// What it takes to walk through a value. Bounded, because a value may stand in another many times.
struct Extent {
  int depth = 1;           // of lists and dictionaries inside each other
  std::size_t weight = 1;  // values, and pieces of text
};
struct List {
  std::vector<Value> items;
  Extent extent;
  bool tuple = false;
};
struct Dict {
  std::vector<std::pair<std::string, Value>> entries;  // in the order of writing
  Extent extent;
  bool is_namespace = false;
  const Value* find(std::string_view key) const;
};
struct Function {
  std::string name;  // range, namespace, ...
};
struct MacroRef {
  const Macro* macro = nullptr;
};

struct Value {
  std::variant<Undefined, None, bool, std::int64_t, double, Text, std::shared_ptr<List>,
               std::shared_ptr<Dict>, Function, MacroRef>
      data;

  Value() : data(None{}) {}
  template <class T>
  Value(T value) : data(std::move(value)) {}  // NOLINT: a value is made of any of its kinds
  Value(int value) : data(std::int64_t{value}) {}

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  const List* list() const;  // nullptr: something else
  const Dict* dict() const;  // a mapping; not a namespace
  bool is_undefined() const { return as<Undefined>() != nullptr; }
  const char* kind() const;  // "a text", for messages
};

// nullopt: too deep or too heavy, or a namespace inside (which could hold itself).
std::optional<Value> make_list(std::vector<Value> items, bool tuple = false);
std::optional<Value> make_dict(std::vector<std::pair<std::string, Value>> entries);
bool is_namespace(const Value& value);
Extent extent_of(const Value& value);

bool is_true(const Value& value);  // Python's bool()
bool equal(const Value& left, const Value& right);
std::optional<double> number_of(const Value& value);          // of booleans as well
Text to_text(const Value& value);                             // Python's str()
Text to_json(const Value& value, int indent, int level = 0);  // json.dumps; indent < 0: one line

// All text in it is foreign. Error when it is nested deeper than templates may go.
Value from_json(const nlohmann::json& json, int level = 0);

}  // namespace quadrant::jinja
