#include "harness/metrics/schema_pattern.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/metrics/pattern.h"
#include "harness/metrics/schema.h"

namespace quadrant {
namespace {

using nlohmann::json;

constexpr const char* kInteger = "(?:0|[1-9][0-9]{0,14})";
constexpr const char* kMend = "leave it out, or ask without holding the answer to the schema";

[[noreturn]] void refuse(const std::string& problem, const std::string& where,
                         const std::string& mend = kMend) {
  throw Error(problem, where, mend);
}

// The text itself, as a pattern.
std::string literal(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    const bool special = std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos;
    if (special) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::string one_of(const std::vector<std::string>& patterns) {
  return fmt::format("(?:{})", fmt::join(patterns, "|"));
}

void refuse_keywords(const json& schema, std::initializer_list<const char*> names,
                     const std::string& where) {
  for (const char* name : names) {
    if (!schema.contains(name)) continue;
    refuse(fmt::format("no answer can be held to \"{}\"", name), where + "/" + name);
  }
}

// {least,most} of a repetition, from two keywords.
std::string bounds(const json& schema, const char* least, const char* most) {
  const auto count = [&](const char* key) { return schema.at(key).get<std::int64_t>(); };
  const std::int64_t from = schema.contains(least) ? count(least) : 0;
  return schema.contains(most) ? fmt::format("{{{},{}}}", from, count(most))
                               : fmt::format("{{{},}}", from);
}

// Does a "|" stand outside of all groups and brackets?
bool has_bare_alternatives(const std::string& pattern) {
  int depth = 0;
  bool bracket = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (bracket) {
      bracket = c != ']';
    } else if (c == '[') {
      bracket = true;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
    } else if (c == '|' && depth == 0) {
      return true;
    }
  }
  return false;
}

// What a "pattern" says of a text between its quotation marks.
std::string inner_pattern(const std::string& pattern, const std::string& where) {
  const bool anchored = pattern.size() >= 2 && pattern.front() == '^' && pattern.back() == '$' &&
                        pattern[pattern.size() - 2] != '\\';
  if (!anchored || has_bare_alternatives(pattern)) {
    refuse(fmt::format("the pattern \"{}\" may match a part of a text", pattern), where,
           "begin it with ^ and end it with $, and put alternatives into ( )");
  }
  const Pattern compiled(pattern);
  bool escapes = compiled.reads('"') || compiled.reads('\\');
  for (char32_t c = 0; c < 0x20; ++c) escapes = escapes || compiled.reads(c);
  if (escapes) {
    refuse(fmt::format("the pattern \"{}\" may match a quotation mark, a \\ or a control character",
                       pattern),
           where, "name the characters that may stand there");
  }
  return pattern.substr(1, pattern.size() - 2);
}

std::string pattern_of(const json& schema, const std::string& where);

std::string text_pattern(const json& schema, const std::string& where) {
  if (!schema.contains("pattern")) {
    return "\"[^\"\\\\\\u0000-\\u001f]" + bounds(schema, "minLength", "maxLength") + "\"";
  }
  refuse_keywords(schema, {"minLength", "maxLength"}, where);
  return fmt::format("\"(?:{})\"",
                     inner_pattern(schema.at("pattern").get<std::string>(), where + "/pattern"));
}

std::string number_pattern(const json& schema, bool whole, const std::string& where) {
  refuse_keywords(schema, {"maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}, where);
  if (schema.contains("minimum") && schema.at("minimum").get<double>() != 0) {
    refuse("no answer can be held to a \"minimum\" but 0", where + "/minimum");
  }
  const std::string sign = schema.contains("minimum") ? "" : "-?";
  return sign + kInteger + (whole ? "" : "(?:\\.[0-9]{1,15})?");
}

std::string list_pattern(const json& schema, const std::string& where) {
  refuse_keywords(schema, {"uniqueItems"}, where);
  if (!schema.contains("items"))
    refuse("the items of a list have no schema", where, "add \"items\"");
  const auto count = [&](const char* key, std::int64_t otherwise) {
    return schema.contains(key) ? schema.at(key).get<std::int64_t>() : otherwise;
  };
  const std::int64_t least = count("minItems", 0), most = count("maxItems", -1);
  if (most >= 0 && least > most) refuse("minItems is above maxItems", where);
  if (most == 0) return "\\[\\]";
  const std::string item = pattern_of(schema.at("items"), where + "/items");
  const std::string further = std::to_string(std::max<std::int64_t>(0, least - 1));
  const std::string last = most < 0 ? "" : std::to_string(most - 1);
  const std::string some = fmt::format("{}(?:,{}){{{},{}}}", item, item, further, last);
  return least > 0 ? "\\[" + some + "\\]" : fmt::format("\\[(?:{})?\\]", some);
}

// Members in alphabetical order, a comma between any two that are there: one alternative for each
// that may come first.
std::string object_pattern(const json& schema, const std::string& where) {
  refuse_keywords(schema, {"minProperties", "maxProperties"}, where);
  const json properties = schema.value("properties", json::object());
  const auto required = schema.value("required", std::vector<std::string>{});
  const auto is_required = [&](const std::string& name) {
    return std::find(required.begin(), required.end(), name) != required.end();
  };
  for (const std::string& name : required) {
    if (properties.contains(name)) continue;
    refuse(fmt::format("the required property \"{}\" has no schema", name), where + "/required",
           "describe it in \"properties\"");
  }
  std::vector<std::string> alternatives;
  bool may_be_empty = true;
  for (auto first = properties.begin(); first != properties.end() && may_be_empty; ++first) {
    std::string members;
    for (auto member = first; member != properties.end(); ++member) {
      const std::string place = where + "/properties/" + member.key();
      const std::string one =
          literal(canonical_json(member.key())) + ":" + pattern_of(member.value(), place);
      if (member == first) {
        members = one;
      } else {
        members += is_required(member.key()) ? "," + one : fmt::format("(?:,{})?", one);
      }
    }
    alternatives.push_back(members);
    may_be_empty = !is_required(first.key());
  }
  if (may_be_empty) alternatives.emplace_back("");
  return "\\{" + one_of(alternatives) + "\\}";
}

std::string typed_pattern(const std::string& type, const json& schema, const std::string& where) {
  if (type == "string") return text_pattern(schema, where);
  if (type == "array") return list_pattern(schema, where);
  if (type == "object") return object_pattern(schema, where);
  if (type == "boolean") return "(?:true|false)";
  if (type == "null") return "null";
  return number_pattern(schema, type == "integer", where);
}

std::string listed_pattern(const json& schema, const json& values, const std::string& where) {
  std::vector<std::string> fitting;
  for (const json& value : values) {
    if (fits_schema(schema, value)) fitting.push_back(literal(canonical_json(value)));
  }
  if (fitting.empty()) refuse("none of the values fits the rest of the schema", where);
  return one_of(fitting);
}

std::string pattern_of(const json& schema, const std::string& where) {
  if (!schema.is_object()) refuse("this schema leaves open what the value is", where);
  if (schema.contains("const"))
    return listed_pattern(schema, json::array({schema.at("const")}), where);
  if (schema.contains("enum")) return listed_pattern(schema, schema.at("enum"), where);
  refuse_keywords(schema, {"not", "allOf", "oneOf"}, where);
  std::vector<std::string> patterns;
  if (schema.contains("anyOf")) {
    refuse_keywords(schema, {"type", "properties", "items"}, where);
    for (const json& part : schema.at("anyOf")) {
      patterns.push_back(pattern_of(part, where + "/anyOf"));
    }
    return one_of(patterns);
  }
  if (!schema.contains("type")) refuse("this schema names no type", where, "add \"type\"");
  const json& types = schema.at("type");
  if (types.is_string()) return typed_pattern(types.get<std::string>(), schema, where);
  for (const json& type : types) {
    patterns.push_back(typed_pattern(type.get<std::string>(), schema, where));
  }
  return one_of(patterns);
}

}  // namespace

std::string schema_pattern(const json& schema) { return pattern_of(schema, "the schema, at #"); }

}  // namespace quadrant
