#include "datasets/json_fields.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant {

JsonFields::JsonFields(const nlohmann::json& value, std::string where, int line)
    : value_(value), where_(std::move(where)), line_(line) {
  if (!value.is_object()) {
    fail(fmt::format("this line is not a JSON object but {}", value.type_name()),
         "write one {...} a line");
  }
}

bool JsonFields::has(const std::string& key) const {
  const auto found = value_.find(key);
  return found != value_.end() && !found->is_null();
}

const nlohmann::json& JsonFields::value(const std::string& key) const {
  if (has(key)) return value_.at(key);
  const std::string near = nearest_name(key, keys());
  fail(fmt::format("\"{}\" is missing", key),
       near.empty() ? fmt::format("add \"{}\": \"...\" to this line", key)
                    : fmt::format("was \"{}\" meant to be \"{}\"?", near, key));
}

std::string JsonFields::text(const std::string& key) const {
  value(key);
  const std::string text = text_or_empty(key);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    fail(fmt::format("\"{}\" is empty", key), "write something there, or remove the line");
  }
  return text;
}

std::string JsonFields::text_or_empty(const std::string& key) const {
  if (!has(key)) return "";
  const nlohmann::json& text = value_.at(key);
  if (!text.is_string()) {
    fail(fmt::format("\"{}\" must be a text, but this is {}", key, text.type_name()),
         fmt::format("write \"{}\": \"...\", in quotes", key));
  }
  return to_nfc(text.get_ref<const std::string&>());
}

std::vector<std::string> JsonFields::texts(const std::string& key) const {
  std::vector<std::string> texts;
  if (!has(key)) return texts;
  const nlohmann::json& list = value_.at(key);
  const std::string mend = fmt::format("write \"{}\": [\"...\"]", key);
  if (!list.is_array()) {
    fail(fmt::format("\"{}\" must be a list of texts, but this is {}", key, list.type_name()),
         mend);
  }
  for (const auto& entry : list) {
    if (!entry.is_string()) {
      fail(fmt::format("\"{}\" must be a list of texts, but it holds {}", key, entry.type_name()),
           mend);
    }
    texts.push_back(to_nfc(entry.get_ref<const std::string&>()));
    if (texts.back().empty()) {
      fail(fmt::format("\"{}\" holds an empty text", key), "leave it out");
    }
  }
  return texts;
}

std::string JsonFields::as_text(const std::string& key) const {
  const nlohmann::json& field = value_.at(key);
  return to_nfc(field.is_string() ? field.get<std::string>() : field.dump());
}

std::vector<std::string> JsonFields::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, field] : value_.items()) keys.push_back(key);
  return keys;
}

void JsonFields::fail(const std::string& problem, const std::string& mend) const {
  throw Error(problem, where_, mend);
}

void for_each_record(const std::filesystem::path& file,
                     const std::function<void(const JsonFields&)>& visit) {
  for_each_json_line(file, [&](int line, const nlohmann::json& value) {
    visit(JsonFields(value, fmt::format("{}:{}", file.string(), line), line));
  });
}

void UniqueIds::add(const std::string& id, const JsonFields& fields) {
  const auto [place, added] = places_.emplace(id, fields.where());
  if (!added) {
    throw Error(fmt::format("the id \"{}\" is used twice", id),
                fmt::format("{} and {}", place->second, fields.where()), "give each line its own");
  }
}

}  // namespace quadrant
