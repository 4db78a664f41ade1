#include "harness/jinja/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"

namespace quadrant::jinja {
namespace {

constexpr int kDeepest = 64;
constexpr std::size_t kHeaviest = 1 << 20;

// Adds a value inside to the extent of the one around it; false: too deep or too heavy.
bool add(const Value& inside, Extent& extent) {
  const Extent own = extent_of(inside);
  extent.depth = std::max(extent.depth, own.depth + 1);
  extent.weight += own.weight;
  return !is_namespace(inside) && extent.depth <= kDeepest && extent.weight <= kHeaviest;
}

std::string float_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// Python's repr() of a text.
Text quoted(const Text& text) {
  const bool apostrophe = text.bytes().find('\'') != std::string::npos;
  const bool quote = text.bytes().find('"') != std::string::npos;
  const char mark = apostrophe && !quote ? '"' : '\'';
  Text result = Text::own({&mark, 1});
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text.bytes()[i];
    if (c == '\n') {
      result.append("\\n", false);
    } else if (c == '\t') {
      result.append("\\t", false);
    } else if (c == '\r') {
      result.append("\\r", false);
    } else {
      if (c == '\\' || c == mark) result.append("\\", false);
      result.append(text.substr(i, 1));
    }
  }
  result.append({&mark, 1}, true);
  return result;
}

Text representation(const Value& value) {
  if (const auto* text = value.as<Text>()) return quoted(*text);
  return to_text(value);
}

std::string json_text(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
      case '\\':
        json += '\\';
        json += c;
        break;
      case '\n':
        json += "\\n";
        break;
      case '\r':
        json += "\\r";
        break;
      case '\t':
        json += "\\t";
        break;
      case '\b':
        json += "\\b";
        break;
      case '\f':
        json += "\\f";
        break;
      default:
        byte < 0x20 ? json += fmt::format("\\u{:04x}", byte) : json += c;
    }
  }
  return json + "\"";
}

}  // namespace

const Value* Dict::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &std::pair<std::string, Value>::first);
  return found == entries.end() ? nullptr : &found->second;
}

const List* Value::list() const {
  const auto* list = as<std::shared_ptr<List>>();
  return list ? list->get() : nullptr;
}

const Dict* Value::dict() const {
  const auto* dict = as<std::shared_ptr<Dict>>();
  return dict && !(*dict)->is_namespace ? dict->get() : nullptr;
}

const char* Value::kind() const {
  static constexpr const char* kKinds[] = {"undefined",  "none",   "true or false", "an integer",
                                           "a number",   "a text", "a list",        "a dictionary",
                                           "a function", "a macro"};
  return is_namespace(*this) ? "a namespace" : kKinds[data.index()];
}

std::optional<Value> make_list(std::vector<Value> items, bool tuple) {
  auto list = std::make_shared<List>();
  list->tuple = tuple;
  for (const Value& item : items) {
    if (!add(item, list->extent)) return std::nullopt;
  }
  list->items = std::move(items);
  return Value(std::move(list));
}

std::optional<Value> make_dict(std::vector<std::pair<std::string, Value>> entries) {
  auto dict = std::make_shared<Dict>();
  for (auto& [key, value] : entries) {
    if (!add(value, dict->extent)) return std::nullopt;
    const auto same = std::ranges::find(dict->entries, key, &std::pair<std::string, Value>::first);
    if (same == dict->entries.end()) {
      dict->entries.emplace_back(key, std::move(value));
    } else {
      same->second = std::move(value);
    }
  }
  return Value(std::move(dict));
}

Extent extent_of(const Value& value) {
  constexpr std::size_t kPiece = 64;
  if (const auto* list = value.list()) return list->extent;
  if (const auto* dict = value.dict()) return dict->extent;
  if (const auto* text = value.as<Text>()) return {0, 1 + text->size() / kPiece};
  return {0, 1};
}

bool is_namespace(const Value& value) {
  const auto* dict = value.as<std::shared_ptr<Dict>>();
  return dict && (*dict)->is_namespace;
}

bool is_true(const Value& value) {
  if (value.is_undefined() || value.as<None>()) return false;
  if (const auto number = number_of(value)) return *number != 0;
  if (const auto* text = value.as<Text>()) return !text->empty();
  if (const auto* list = value.list()) return !list->items.empty();
  if (const auto* dict = value.dict()) return !dict->entries.empty();
  return true;
}

std::optional<double> number_of(const Value& value) {
  if (const auto* flag = value.as<bool>()) return *flag ? 1 : 0;
  if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* number = value.as<double>()) return *number;
  return std::nullopt;
}

bool equal(const Value& left, const Value& right) {
  const auto *left_integer = left.as<std::int64_t>(), *right_integer = right.as<std::int64_t>();
  if (left_integer && right_integer) return *left_integer == *right_integer;
  const auto left_number = number_of(left), right_number = number_of(right);
  if (left_number || right_number) return left_number == right_number;
  if (left.data.index() != right.data.index()) return false;
  if (const auto* text = left.as<Text>()) return text->bytes() == right.as<Text>()->bytes();
  if (const auto* a = left.list(), *b = right.list(); a && b) {
    return a->tuple == b->tuple && std::ranges::equal(a->items, b->items, equal);
  }
  if (const auto* a = left.dict(), *b = right.dict(); a && b) {
    return a->entries.size() == b->entries.size() &&
           std::ranges::all_of(a->entries, [&](const auto& entry) {
             const Value* other = b->find(entry.first);
             return other && equal(entry.second, *other);
           });
  }
  return left.is_undefined() || left.as<None>();
}

Text to_text(const Value& value) {
  if (value.is_undefined()) return {};
  if (const auto* text = value.as<Text>()) return *text;
  if (value.as<None>()) return Text::own("None");
  if (const auto* flag = value.as<bool>()) return Text::own(*flag ? "True" : "False");
  if (const auto* integer = value.as<std::int64_t>()) return Text::own(fmt::format("{}", *integer));
  if (const auto* number = value.as<double>()) return Text::own(float_text(*number));
  Text text;
  if (const auto* list = value.list()) {
    text.append(list->tuple ? "(" : "[", true);
    for (const Value& item : list->items) {
      if (text.size() > 1) text.append(", ", true);
      text.append(representation(item));
    }
    text.append(!list->tuple ? "]" : list->items.size() == 1 ? ",)" : ")", true);
  } else if (const auto* dict = value.dict()) {
    text.append("{", true);
    for (const auto& [key, item] : dict->entries) {
      if (text.size() > 1) text.append(", ", true);
      text.append(quoted(Text::foreign(key)));
      text.append(": ", true);
      text.append(representation(item));
    }
    text.append("}", true);
  } else {
    text.append(fmt::format("<{}>", value.kind()), true);
  }
  return text;
}

Text to_json(const Value& value, int indent, int level) {
  const auto line = [&](int depth) {
    return indent < 0 ? std::string()
                      : "\n" + std::string(static_cast<std::size_t>(indent * depth), ' ');
  };
  const std::string comma = indent < 0 ? ", " : ",";
  std::string json;
  if (const auto* text = value.as<Text>()) {
    json = json_text(text->bytes());
  } else if (value.as<None>()) {
    json = "null";
  } else if (const auto* flag = value.as<bool>()) {
    json = *flag ? "true" : "false";
  } else if (const auto* list = value.list()) {
    for (const Value& item : list->items) {
      json += (json.empty() ? "[" : comma) + line(level + 1);
      json += to_json(item, indent, level + 1).bytes();
    }
    json += list->items.empty() ? "[]" : line(level) + "]";
  } else if (const auto* dict = value.dict()) {
    for (const auto& [key, item] : dict->entries) {
      json += (json.empty() ? "{" : comma) + line(level + 1) + json_text(key) + ": ";
      json += to_json(item, indent, level + 1).bytes();
    }
    json += dict->entries.empty() ? "{}" : line(level) + "}";
  } else if (number_of(value)) {
    json = to_text(value).bytes();
  } else {
    throw Error(fmt::format("{} cannot be written as JSON", value.kind()), "tojson",
                "give tojson texts, numbers, lists or dictionaries");
  }
  return Text::foreign(json);
}

Value from_json(const nlohmann::json& json, int level) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return Text::foreign(json.get_ref<const std::string&>());
  if (!json.is_structured()) return None{};
  std::optional<Value> made;
  if (json.is_array() && level < kDeepest) {
    std::vector<Value> items;
    for (const auto& item : json) items.push_back(from_json(item, level + 1));
    made = make_list(std::move(items));
  } else if (level < kDeepest) {
    std::vector<std::pair<std::string, Value>> entries;
    for (const auto& [key, item] : json.items())
      entries.emplace_back(key, from_json(item, level + 1));
    made = make_dict(std::move(entries));
  }
  if (!made)
    throw Error("this JSON is nested too deep or too large", "a template's data",
                "make it smaller");
  return *std::move(made);
}

}  // namespace quadrant::jinja
