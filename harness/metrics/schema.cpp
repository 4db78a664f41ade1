#include "harness/metrics/schema.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/utf8.h"
#include "harness/metrics/pattern.h"

namespace quadrant {
namespace {

using nlohmann::json;

bool has_type(const std::string& name, const json& value) {
  if (name == "object") return value.is_object();
  if (name == "array") return value.is_array();
  if (name == "string") return value.is_string();
  if (name == "number") return value.is_number();
  if (name == "boolean") return value.is_boolean();
  if (name == "null") return value.is_null();
  // "integer": 1.0 is one too.
  if (value.is_number_integer()) return true;
  return value.is_number_float() && std::floor(value.get<double>()) == value.get<double>();
}

bool fits_type(const json& type, const json& value) {
  if (type.is_string()) return has_type(type.get<std::string>(), value);
  return std::any_of(type.begin(), type.end(),
                     [&](const json& name) { return has_type(name.get<std::string>(), value); });
}

// Is keyword `key` absent from the schema, or `holds(its value)`?
template <typename Holds>
bool if_given(const json& schema, const char* key, const Holds& holds) {
  const auto found = schema.find(key);
  return found == schema.end() || holds(*found);
}

bool within(const json& schema, const char* least, const char* most, std::size_t size) {
  const auto count = static_cast<double>(size);
  return if_given(schema, least, [&](const json& n) { return count >= n.get<double>(); }) &&
         if_given(schema, most, [&](const json& n) { return count <= n.get<double>(); });
}

bool fits_number(const json& schema, double value) {
  return if_given(schema, "minimum", [&](const json& n) { return value >= n.get<double>(); }) &&
         if_given(schema, "maximum", [&](const json& n) { return value <= n.get<double>(); }) &&
         if_given(schema, "exclusiveMinimum",
                  [&](const json& n) { return value > n.get<double>(); }) &&
         if_given(schema, "exclusiveMaximum",
                  [&](const json& n) { return value < n.get<double>(); }) &&
         if_given(schema, "multipleOf", [&](const json& n) {
           const double times = value / n.get<double>();
           return std::abs(times - std::round(times)) < 1e-9;
         });
}

bool fits_string(const json& schema, const std::string& value) {
  return within(schema, "minLength", "maxLength", decode_utf8(value).size()) &&
         if_given(schema, "pattern", [&](const json& pattern) {
           return Pattern(pattern.get<std::string>()).found_in(value);
         });
}

bool all_different(const json& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = i + 1; j < list.size(); ++j) {
      if (list[i] == list[j]) return false;
    }
  }
  return true;
}

bool fits_array(const json& schema, const json& value) {
  return within(schema, "minItems", "maxItems", value.size()) &&
         if_given(
             schema, "uniqueItems",
             [&](const json& wanted) { return !wanted.get<bool>() || all_different(value); }) &&
         if_given(schema, "items", [&](const json& items) {
           return std::all_of(value.begin(), value.end(),
                              [&](const json& entry) { return fits_schema(items, entry); });
         });
}

bool fits_members(const json& schema, const json& value) {
  const auto properties = schema.find("properties");
  const auto others = schema.find("additionalProperties");
  for (const auto& [key, member] : value.items()) {
    if (properties != schema.end() && properties->contains(key)) {
      if (!fits_schema((*properties)[key], member)) return false;
    } else if (others != schema.end() && !fits_schema(*others, member)) {
      return false;
    }
  }
  return true;
}

bool fits_object(const json& schema, const json& value) {
  return within(schema, "minProperties", "maxProperties", value.size()) &&
         if_given(schema, "required",
                  [&](const json& keys) {
                    return std::all_of(keys.begin(), keys.end(), [&](const json& key) {
                      return value.contains(key.get<std::string>());
                    });
                  }) &&
         fits_members(schema, value);
}

bool fits_combinations(const json& schema, const json& value) {
  const auto fitting = [&](const json& list) {
    return std::count_if(list.begin(), list.end(),
                         [&](const json& part) { return fits_schema(part, value); });
  };
  return if_given(schema, "anyOf", [&](const json& list) { return fitting(list) > 0; }) &&
         if_given(schema, "oneOf", [&](const json& list) { return fitting(list) == 1; }) &&
         if_given(schema, "allOf",
                  [&](const json& list) {
                    return fitting(list) == static_cast<std::ptrdiff_t>(list.size());
                  }) &&
         if_given(schema, "not", [&](const json& part) { return !fits_schema(part, value); });
}

}  // namespace

bool fits_schema(const json& schema, const json& value) {
  if (schema.is_boolean()) return schema.get<bool>();
  const bool form =
      if_given(schema, "type", [&](const json& type) { return fits_type(type, value); }) &&
      if_given(schema, "const", [&](const json& wanted) { return wanted == value; }) &&
      if_given(schema, "enum", [&](const json& list) {
        return std::find(list.begin(), list.end(), value) != list.end();
      });
  if (!form || !fits_combinations(schema, value)) return false;
  if (value.is_number()) return fits_number(schema, value.get<double>());
  if (value.is_string()) return fits_string(schema, value.get<std::string>());
  if (value.is_array()) return fits_array(schema, value);
  return !value.is_object() || fits_object(schema, value);
}

}  // namespace quadrant
