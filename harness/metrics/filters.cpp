#include "harness/metrics/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/utf8.h"
#include "harness/metrics/parameters.h"
#include "harness/metrics/python_regex.h"

namespace quadrant {
namespace {

using nlohmann::json;
constexpr const char* kKey = "filters";

std::string stripped(const std::string& text) {
  const auto characters = decode_utf8(to_valid_utf8(text));
  const auto begin = std::find_if_not(characters.begin(), characters.end(), is_space);
  const auto end = std::find_if_not(characters.rbegin(), characters.rend(), is_space).base();
  std::string result;
  for (auto c = begin; c < end; ++c) append_utf8(result, *c);
  return result;
}

std::string text_of(const json& step, const char* name, const std::string& otherwise) {
  const json value = step.value(name, json(otherwise));
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string by_regex(const std::string& output, const json& step, const Item& item) {
  const std::string fallback = text_of(step, "fallback", "[invalid]");
  const PythonRegex regex(text_of(step, "regex_pattern", R"(#### (\-?[0-9\.\,]+))"),
                          fmt::format("item {}, \"{}\" in its meta", item.id, kKey));
  const auto matches = regex.find_all(output);
  const json which = step.value("group_select", json(0));
  if (!which.is_number_integer()) {
    fail_parameter(item, kKey, "\"group_select\" is no whole number",
                   "write 0, or -1 for the last");
  }
  auto index = which.get<std::int64_t>();
  const auto size = static_cast<std::int64_t>(matches.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return fallback;
  const auto& groups = matches[static_cast<std::size_t>(index)];
  if (groups.size() == 1) return stripped(groups[0]);
  const auto found = std::ranges::find_if(groups, [](const auto& group) { return !group.empty(); });
  return found == groups.end() ? fallback : stripped(*found);
}

std::string by_map(const std::string& output, const json& step, const Item& item) {
  const json map = step.value("mapping_dict", json::object());
  if (!map.is_object()) {
    fail_parameter(item, kKey, "\"mapping_dict\" is no mapping", "write {\"yes\": \"true\"}");
  }
  return map.contains(output) ? text_of(map, output.c_str(), "")
                              : text_of(step, "default_value", "");
}

}  // namespace

std::string filtered(const std::string& output, const Item& item) {
  const auto steps = meta_json(item, kKey);
  if (!steps) return output;
  std::string text = output;
  for (const json& step : *steps) {
    const std::string name = step.is_object() ? text_of(step, "function", "") : "";
    if (name == "regex") {
      text = by_regex(text, step, item);
    } else if (name == "lowercase") {
      text = to_lower(to_valid_utf8(text));
    } else if (name == "remove_whitespace") {
      text = stripped(text);
    } else if (name == "map") {
      text = by_map(text, step, item);
    } else if (name != "take_first") {
      fail_parameter(item, kKey, fmt::format("the filter \"{}\" is not supported", name),
                     "use regex, lowercase, remove_whitespace, map or take_first");
    }
  }
  return text;
}

}  // namespace quadrant
