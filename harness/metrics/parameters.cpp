#include "harness/metrics/parameters.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"

namespace quadrant {
namespace {

const std::string* find(const Item& item, const std::string& key) {
  const auto found = item.meta.find(key);
  return found == item.meta.end() ? nullptr : &found->second;
}

}  // namespace

void fail_parameter(const Item& item, const std::string& key, const std::string& problem,
                    const std::string& mend) {
  throw Error(problem, fmt::format("item {}, \"{}\" in its meta", item.id, key), mend);
}

std::optional<std::vector<std::string>> meta_texts(const Item& item, const std::string& key) {
  const std::string* text = find(item, key);
  if (!text) return std::nullopt;
  // The loader keeps a list as its JSON; any other text is the one value itself.
  const auto list = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return std::vector<std::string>{*text};
  std::vector<std::string> texts;
  for (const auto& entry : list) {
    if (!entry.is_string()) {
      fail_parameter(item, key, fmt::format("\"{}\" holds {}", key, entry.type_name()),
                     "write one text, or a list of texts");
    }
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

std::optional<bool> meta_flag(const Item& item, const std::string& key) {
  const std::string* text = find(item, key);
  if (!text) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  fail_parameter(item, key, fmt::format("\"{}\" is neither true nor false", *text),
                 "write true or false");
}

std::optional<int> meta_count(const Item& item, const std::string& key) {
  const std::string* text = find(item, key);
  if (!text) return std::nullopt;
  int count = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, count);
  if (read.ec == std::errc() && read.ptr == end && count >= 0) return count;
  fail_parameter(item, key, fmt::format("\"{}\" is no count", *text), "write a number from 0 on");
}

std::optional<nlohmann::json> meta_json(const Item& item, const std::string& key) {
  const std::string* text = find(item, key);
  if (!text) return std::nullopt;
  try {
    return nlohmann::json::parse(*text);
  } catch (const nlohmann::json::parse_error& error) {
    fail_parameter(item, key, fmt::format("\"{}\" is not JSON: {}", key, error.what()),
                   "write it as JSON, not as a text");
  }
}

}  // namespace quadrant
