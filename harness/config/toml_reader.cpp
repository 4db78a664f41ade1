#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/config/toml.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

using Kind = TomlValue::Kind;

std::string article(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return "a text";
    case Kind::kInteger:
      return "a whole number";
    case Kind::kNumber:
      return "a number";
    case Kind::kBoolean:
      return "true or false";
    case Kind::kDate:
      return "a date or time";
    case Kind::kArray:
      return "a list";
    case Kind::kTable:
      return "a table";
  }
  return "";
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + ('"' + name + '"');
  return text;
}

}  // namespace

TomlReader::TomlReader(const TomlValue& table, std::string path)
    : table_(table), path_(std::move(path)) {}

const TomlValue* TomlReader::find(const std::string& key) const {
  for (const TomlValue& child : table_.children) {
    if (child.key == key) return &child;
  }
  return nullptr;
}

const TomlValue* TomlReader::ask(const std::string& key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
  return find(key);
}

const TomlValue& TomlReader::demand(const std::string& key) {
  if (const TomlValue* value = ask(key)) return *value;
  std::vector<std::string> present;
  for (const TomlValue& child : table_.children) present.push_back(child.key);
  const std::string near = nearest_name(key, present);
  if (near.empty()) {
    fail(key, fmt::format("`{}` is missing", full(key)), fmt::format("add {} = ...", key));
  }
  throw Error(fmt::format("`{}` is missing", full(key)), where(near),
              fmt::format("add {0} = ...; was `{1}` meant to be `{0}`?", key, near));
}

std::string TomlReader::full(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

std::string TomlReader::where(const std::string& key) const {
  const TomlValue* value = find(key);
  return value ? value->where : table_.where;
}

void TomlReader::fail(const std::string& key, const std::string& problem,
                      const std::string& mend) const {
  throw Error(problem, where(key), mend);
}

const TomlValue& TomlReader::typed(const std::string& key, const TomlValue& value, Kind kind,
                                   const std::string& wanted, const std::string& mend) const {
  if (value.kind != kind) {
    throw Error(
        fmt::format("`{}` must be {}, but this is {}", full(key), wanted, article(value.kind)),
        value.where, mend);
  }
  return value;
}

std::string TomlReader::text_of(const std::string& key, const TomlValue& value) const {
  return typed(key, value, Kind::kText, "a text", fmt::format("write {} = \"...\"", key)).text;
}

std::string TomlReader::text(const std::string& key) {
  const TomlValue& value = demand(key);
  const std::string text = text_of(key, value);
  if (text.empty()) fail(key, fmt::format("`{}` is empty", full(key)), "write something there");
  return text;
}

std::string TomlReader::text(const std::string& key, const std::string& fallback) {
  const TomlValue* value = ask(key);
  return value ? text_of(key, *value) : fallback;
}

std::string TomlReader::choice(const std::string& key, const std::vector<std::string>& known) {
  const std::string text = text_of(key, demand(key));
  if (std::find(known.begin(), known.end(), text) != known.end()) return text;
  const std::string near = nearest_name(text, known);
  std::string mend = "use one of " + quoted_list(known);
  if (!near.empty()) mend = fmt::format("did you mean \"{}\"? {}", near, mend);
  fail(key, fmt::format("`{}` cannot be \"{}\"", full(key), text), mend);
}

std::string TomlReader::choice(const std::string& key, const std::vector<std::string>& known,
                               const std::string& fallback) {
  return ask(key) ? choice(key, known) : fallback;
}

std::int64_t TomlReader::integer(const std::string& key, std::int64_t fallback, std::int64_t least,
                                 std::int64_t most) {
  const TomlValue* value = ask(key);
  if (!value) return fallback;
  typed(key, *value, Kind::kInteger, "a whole number", fmt::format("write {} = {}", key, fallback));
  if (value->integer < least || value->integer > most) {
    fail(key, fmt::format("`{}` is {}, out of range", full(key), value->integer),
         fmt::format("write a whole number from {} to {}", least, most));
  }
  return value->integer;
}

double TomlReader::number(const std::string& key, double fallback, const NumberRange& range) {
  const TomlValue* value = ask(key);
  if (!value) return fallback;
  const bool whole = value->kind == Kind::kInteger;
  if (!whole) {
    typed(key, *value, Kind::kNumber, "a number", fmt::format("write {} = {}", key, fallback));
  }
  const double number = whole ? static_cast<double>(value->integer) : value->number;
  const bool low = range.least_allowed ? number >= range.least : number > range.least;
  const bool high = range.most_allowed ? number <= range.most : number < range.most;
  if (std::isfinite(number) && low && high) return number;
  std::string mend =
      fmt::format("write a number {} {}", range.least_allowed ? "from" : "above", range.least);
  if (range.most < 1e300) {
    mend += fmt::format(" {} {}", range.most_allowed ? "up to" : "and below", range.most);
  }
  fail(key, fmt::format("`{}` is {}, out of range", full(key), number), mend);
}

bool TomlReader::boolean(const std::string& key, bool fallback) {
  const TomlValue* value = ask(key);
  if (!value) return fallback;
  return typed(key, *value, Kind::kBoolean, "true or false", fmt::format("write {} = true", key))
      .boolean;
}

std::vector<std::string> TomlReader::texts_of(const std::string& key,
                                              const TomlValue& value) const {
  const std::string mend = fmt::format("write {} = [\"...\"]", key);
  typed(key, value, Kind::kArray, "a list of texts", mend);
  std::vector<std::string> texts;
  for (const TomlValue& child : value.children) {
    typed(key, child, Kind::kText, "a list of texts", mend);
    if (child.text.empty()) {
      throw Error(fmt::format("`{}` holds an empty text", full(key)), child.where, "leave it out");
    }
    if (std::find(texts.begin(), texts.end(), child.text) != texts.end()) {
      throw Error(fmt::format("`{}` names \"{}\" twice", full(key), child.text), child.where,
                  "leave one of them out");
    }
    texts.push_back(child.text);
  }
  return texts;
}

std::vector<std::string> TomlReader::texts(const std::string& key) {
  const std::vector<std::string> texts = texts_of(key, demand(key));
  if (texts.empty()) {
    fail(key, fmt::format("`{}` is an empty list", full(key)),
         fmt::format("write {} = [\"...\"]", key));
  }
  return texts;
}

std::vector<std::string> TomlReader::texts(const std::string& key,
                                           const std::vector<std::string>& fallback) {
  const TomlValue* value = ask(key);
  return value ? texts_of(key, *value) : fallback;
}

std::vector<std::string> TomlReader::text_or_texts(const std::string& key,
                                                   const std::string& fallback) {
  const TomlValue* value = ask(key);
  if (!value || value->kind == Kind::kText) return {text(key, fallback)};
  return texts(key);
}

std::vector<std::int64_t> TomlReader::integers(const std::string& key,
                                               const std::vector<std::int64_t>& fallback) {
  const TomlValue* value = ask(key);
  if (!value) return fallback;
  const std::string mend = fmt::format("write {} = [0, 1, 2]", key);
  typed(key, *value, Kind::kArray, "a list of whole numbers", mend);
  std::vector<std::int64_t> numbers;
  for (const TomlValue& child : value->children) {
    typed(key, child, Kind::kInteger, "a list of whole numbers", mend);
    if (std::find(numbers.begin(), numbers.end(), child.integer) != numbers.end()) {
      throw Error(fmt::format("`{}` names {} twice", full(key), child.integer), child.where,
                  "leave one of them out");
    }
    numbers.push_back(child.integer);
  }
  if (numbers.empty()) fail(key, fmt::format("`{}` is an empty list", full(key)), mend);
  return numbers;
}

std::optional<TomlReader> TomlReader::table(const std::string& key) {
  const TomlValue* value = ask(key);
  if (!value) return std::nullopt;
  typed(key, *value, Kind::kTable, "a table", fmt::format("write [{}]", full(key)));
  return TomlReader(*value, full(key));
}

std::vector<TomlReader> TomlReader::tables(const std::string& key) {
  std::vector<TomlReader> readers;
  const TomlValue* value = ask(key);
  if (!value) return readers;
  const std::string mend = fmt::format("write [{}.NAME]", full(key));
  typed(key, *value, Kind::kTable, "tables", mend);
  for (const TomlValue& child : value->children) {
    const std::string name = key + "." + child.key;
    typed(name, child, Kind::kTable, "a table", mend);
    readers.emplace_back(child, full(name));
  }
  return readers;
}

void TomlReader::refuse(const std::string& key, const std::string& reason) const {
  if (find(key)) fail(key, fmt::format("`{}` has no meaning here", full(key)), reason);
}

void TomlReader::finish() const {
  for (const TomlValue& child : table_.children) {
    if (std::find(asked_.begin(), asked_.end(), child.key) != asked_.end()) continue;
    const std::string near = nearest_name(child.key, asked_);
    std::string mend = "known here: " + fmt::format("{}", fmt::join(asked_, ", "));
    if (!near.empty()) mend = fmt::format("did you mean `{}`? {}", near, mend);
    throw Error(fmt::format("unknown key `{}`", full(child.key)), child.where, mend);
  }
}

}  // namespace quadrant
