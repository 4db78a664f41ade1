#include "strategies/lm/tokenizer/hf_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"

namespace quadrant {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& problem) {
  throw Error(problem, file.string(), "download the model again, or mend the file");
}

std::optional<json> read_object(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  json object = json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) refuse(file, "this is not a JSON object in UTF-8");
  return object;
}

// A token is written as its text, or as {"content": its text, ...}.
std::optional<std::string> token_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("content") && value["content"].is_string()) {
    return value["content"].get<std::string>();
  }
  return std::nullopt;
}

void read_tokens(const json& object, HfTokenizerConfig& config) {
  for (const char* key : {"bos_token", "eos_token", "pad_token", "unk_token", "cls_token",
                          "sep_token", "mask_token"}) {
    if (!object.contains(key)) continue;
    if (const auto text = token_text(object[key])) config.tokens.emplace(key, *text);
  }
}

std::optional<bool> flag(const json& object, const char* key, const std::filesystem::path& file) {
  if (!object.contains(key) || object[key].is_null()) return std::nullopt;
  if (!object[key].is_boolean()) refuse(file, fmt::format("{} is neither true nor false", key));
  return object[key].get<bool>();
}

void read_added(const json& list, const std::filesystem::path& file, HfTokenizerConfig& config) {
  if (!list.is_object()) refuse(file, "added_tokens_decoder is not an object");
  for (const auto& [key, token] : list.items()) {
    AddedToken added;
    const auto end = std::from_chars(key.data(), key.data() + key.size(), added.id);
    const auto content = token_text(token);
    if (end.ec != std::errc() || end.ptr != key.data() + key.size() || added.id < 0 || !content ||
        !token.is_object()) {
      refuse(file, fmt::format("added_tokens_decoder has no token at \"{}\"", key));
    }
    added.content = *content;
    added.special = flag(token, "special", file).value_or(false);
    added.lstrip = flag(token, "lstrip", file).value_or(false);
    added.rstrip = flag(token, "rstrip", file).value_or(false);
    config.added.push_back(std::move(added));
  }
  std::ranges::sort(config.added, {}, &AddedToken::id);
}

}  // namespace

HfTokenizerConfig read_tokenizer_config(const std::filesystem::path& folder) {
  HfTokenizerConfig config;
  const auto file = folder / "tokenizer_config.json";
  if (const auto object = read_object(file)) {
    config.add_bos = flag(*object, "add_bos_token", file);
    config.add_eos = flag(*object, "add_eos_token", file);
    read_tokens(*object, config);
    if (object->contains("added_tokens_decoder")) {
      read_added((*object)["added_tokens_decoder"], file, config);
    }
  }
  if (const auto object = read_object(folder / "special_tokens_map.json")) {
    read_tokens(*object, config);
  }
  return config;
}

}  // namespace quadrant
