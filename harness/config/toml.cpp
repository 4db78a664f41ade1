#include "harness/config/toml.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {
namespace {

TomlValue convert(const toml::node& node, const std::string& origin);

TomlValue convert_table(const toml::table& table, const std::string& origin) {
  struct Placed {
    const toml::key* key;
    const toml::node* node;
  };
  std::vector<Placed> placed;
  for (const auto& [key, node] : table) placed.push_back({&key, &node});
  // toml++ sorts by name; the order of the file is what the user meant.
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    const auto x = a.key->source().begin, y = b.key->source().begin;
    return std::pair(x.line, x.column) < std::pair(y.line, y.column);
  });
  TomlValue value;
  for (const Placed& entry : placed) {
    TomlValue child = convert(*entry.node, origin);
    child.key = std::string(entry.key->str());
    child.where = fmt::format("{}:{}", origin, entry.key->source().begin.line);
    value.children.push_back(std::move(child));
  }
  return value;
}

TomlValue convert(const toml::node& node, const std::string& origin) {
  using Kind = TomlValue::Kind;
  TomlValue value;
  if (const auto* table = node.as_table()) {
    value = convert_table(*table, origin);
  } else if (const auto* array = node.as_array()) {
    value.kind = Kind::kArray;
    for (const toml::node& child : *array) value.children.push_back(convert(child, origin));
  } else if (const auto* text = node.as_string()) {
    value.kind = Kind::kText;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Kind::kInteger;
    value.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = Kind::kNumber;
    value.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = Kind::kBoolean;
    value.boolean = boolean->get();
  } else {
    value.kind = Kind::kDate;
  }
  value.where = fmt::format("{}:{}", origin, node.source().begin.line);
  return value;
}

void mark(TomlValue& value, const std::string& where) {
  value.where = where;
  for (TomlValue& child : value.children) mark(child, where);
}

TomlValue read_override(const std::string& text, const std::string& where) {
  TomlValue value;
  value.kind = TomlValue::Kind::kText;
  value.text = text;
  try {
    const toml::table parsed = toml::parse("value = " + text);
    // More than one key means that the text held a line break: then it is a plain text.
    if (parsed.size() == 1 && parsed.contains("value")) value = convert(parsed.at("value"), where);
  } catch (const toml::parse_error&) {
  }
  mark(value, where);
  return value;
}

std::vector<std::string> split_key(const std::string& key) {
  std::vector<std::string> parts(1);
  for (const char c : key) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

TomlValue parse_toml(const std::string& text, const std::string& origin) {
  try {
    const toml::table table = toml::parse(text);
    TomlValue value = convert_table(table, origin);
    value.where = fmt::format("{}:1", origin);
    return value;
  } catch (const toml::parse_error& error) {
    throw Error(fmt::format("this is not TOML: {}", error.description()),
                fmt::format("{}:{}", origin, error.source().begin.line),
                "mend this line: texts stand in quotes, lists in [ ], each key once in its table");
  }
}

void override_toml(TomlValue& root, const std::string& assignment) {
  const std::string where = "--set " + assignment;
  const std::size_t equals = assignment.find('=');
  const std::vector<std::string> path = split_key(assignment.substr(0, equals));
  const bool unnamed = std::any_of(path.begin(), path.end(), [](auto& p) { return p.empty(); });
  if (equals == std::string::npos || unnamed) {
    throw Error("this is not a setting", where, "write --set key=value or --set table.key=value");
  }
  TomlValue* place = &root;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (place->kind != TomlValue::Kind::kTable) {
      throw Error(fmt::format("`{}` is not a table, so it has no key `{}`", path[i - 1], path[i]),
                  where, "check the key against the experiment file");
    }
    auto found = std::find_if(place->children.begin(), place->children.end(),
                              [&](const TomlValue& child) { return child.key == path[i]; });
    if (found == place->children.end()) {
      TomlValue table;
      table.key = path[i];
      table.where = where;
      found = place->children.insert(found, std::move(table));
    }
    place = &*found;
  }
  *place = read_override(assignment.substr(equals + 1), where);
  place->key = path.back();
}

}  // namespace quadrant
