// Is a schema one that fits_schema() understands whole?
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/metrics/pattern.h"
#include "harness/metrics/schema.h"

namespace quadrant {
namespace {

using nlohmann::json;

const std::vector<std::string>& types() {
  static const std::vector<std::string> list{"object",  "array",   "string", "number",
                                             "integer", "boolean", "null"};
  return list;
}

bool is_type(const json& value) {
  return value.is_string() && std::find(types().begin(), types().end(), value) != types().end();
}
bool is_types(const json& value) {
  return is_type(value) || (value.is_array() && std::all_of(value.begin(), value.end(), is_type));
}
bool is_texts(const json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const json& v) { return v.is_string(); });
}
bool is_count(const json& value) { return value.is_number_integer() && value >= 0; }
bool is_number(const json& value) { return value.is_number(); }
bool is_positive(const json& value) { return value.is_number() && value > 0; }
bool is_flag(const json& value) { return value.is_boolean(); }
bool is_list(const json& value) { return value.is_array() && !value.empty(); }
bool is_anything(const json&) { return true; }
bool is_object(const json& value) { return value.is_object(); }
bool is_text(const json& value) { return value.is_string(); }

enum class Holds { kNothing, kSchema, kSchemas };  // schemas inside the keyword's value

struct Keyword {
  const char* name;
  bool (*good)(const json&);
  const char* form;
  Holds holds = Holds::kNothing;
};

const std::vector<Keyword>& keywords() {
  static const std::vector<Keyword> list{
      {"type", is_types, "the name of a type, or a list of them"},
      {"enum", is_list, "a list of values"},
      {"const", is_anything, ""},
      {"properties", is_object, "an object of schemas", Holds::kSchemas},
      {"required", is_texts, "a list of names"},
      {"additionalProperties", is_anything, "", Holds::kSchema},
      {"minProperties", is_count, "a count"},
      {"maxProperties", is_count, "a count"},
      {"items", is_anything, "", Holds::kSchema},
      {"minItems", is_count, "a count"},
      {"maxItems", is_count, "a count"},
      {"uniqueItems", is_flag, "true or false"},
      {"minLength", is_count, "a count"},
      {"maxLength", is_count, "a count"},
      {"pattern", is_text, "a text"},
      {"minimum", is_number, "a number"},
      {"maximum", is_number, "a number"},
      {"exclusiveMinimum", is_number, "a number"},
      {"exclusiveMaximum", is_number, "a number"},
      {"multipleOf", is_positive, "a number above 0"},
      {"anyOf", is_list, "a list of schemas", Holds::kSchemas},
      {"allOf", is_list, "a list of schemas", Holds::kSchemas},
      {"oneOf", is_list, "a list of schemas", Holds::kSchemas},
      {"not", is_anything, "", Holds::kSchema},
      {"$schema", is_anything, ""},
      {"$id", is_anything, ""},
      {"$comment", is_anything, ""},
      {"title", is_anything, ""},
      {"description", is_anything, ""},
      {"default", is_anything, ""},
      {"examples", is_anything, ""},
      {"format", is_anything, ""},
  };
  return list;
}

[[noreturn]] void fail_unknown(const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (const Keyword& keyword : keywords()) names.emplace_back(keyword.name);
  const std::string near = nearest_name(name, names);
  throw Error(fmt::format("the keyword \"{}\" is not one that is checked here", name), where,
              near.empty() ? "leave it out; harness/metrics/schema.h lists those that are"
                           : fmt::format("did you mean \"{}\"?", near));
}

void check(const json& schema, const std::string& where) {
  if (schema.is_boolean()) return;
  if (!schema.is_object()) {
    throw Error(fmt::format("a schema is an object, but this is {}", schema.type_name()), where,
                R"(write {"type": "object", "properties": {...}})");
  }
  for (const auto& [name, value] : schema.items()) {
    const std::string place = where + "/" + name;
    const auto known = std::find_if(keywords().begin(), keywords().end(),
                                    [&, key = name](const Keyword& k) { return key == k.name; });
    if (known == keywords().end()) fail_unknown(name, place);
    if (!known->good(value)) {
      throw Error(fmt::format("\"{}\" must be {}", name, known->form), place,
                  fmt::format("write {} there", known->form));
    }
    if (name == "pattern") static_cast<void>(Pattern(value.get<std::string>()));
    if (known->holds == Holds::kSchema) check(value, place);
    if (known->holds != Holds::kSchemas) continue;
    for (const auto& [key, part] : value.items()) check(part, place + "/" + key);
  }
}

}  // namespace

void check_schema(const json& schema) { check(schema, "the schema, at #"); }

}  // namespace quadrant
