#include "strategies/lm/weights/hf_folder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"

namespace quadrant {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr char kWhole[] = "model.safetensors", kIndex[] = "model.safetensors.index.json";

json read_object(const fs::path& file) {
  json value = json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) {
    throw Error("this file is not a JSON object", file.string(), "get the model again");
  }
  return value;
}

void flatten(const json& value, const std::string& name, HfFolder::Values& into) {
  if (value.is_structured()) {
    for (const auto& [key, inner] : value.items()) {
      flatten(inner, name.empty() ? key : name + "." + key, into);
    }
  } else if (value.is_boolean()) {
    into[name] = value.get<bool>();
  } else if (value.is_number_integer()) {
    into[name] = value.get<std::int64_t>();
  } else if (value.is_number()) {
    into[name] = value.get<double>();
  } else if (value.is_string()) {
    into[name] = value.get<std::string>();
  }
}

// eos_token_id is a number or a list of numbers.
std::vector<std::int32_t> end_tokens_in(const HfFolder::Values& values, const fs::path& file) {
  std::vector<std::int32_t> ids;
  for (const auto& [key, value] : values) {
    if (key != "eos_token_id" && !key.starts_with("eos_token_id.")) continue;
    const auto* id = std::get_if<std::int64_t>(&value);
    if (!id || *id < 0 || *id > INT32_MAX) {
      throw Error("eos_token_id is no token", file.string(), "get the model again");
    }
    ids.push_back(static_cast<std::int32_t>(*id));
  }
  return ids;
}

// Text, or a list of {"name", "template"} whose "default" is meant.
std::string chat_template_in(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return "";
  for (const json& entry : value) {
    if (entry.is_object() && entry.value("name", json()) == "default") {
      return chat_template_in(entry.value("template", json()));
    }
  }
  return "";
}

std::string chat_template_of(const fs::path& folder) {
  if (fs::exists(folder / "chat_template.jinja")) return read_text(folder / "chat_template.jinja");
  const fs::path file = folder / "tokenizer_config.json";
  return fs::exists(file) ? chat_template_in(read_object(file).value("chat_template", json())) : "";
}

// Shard -> the tensors it should hold.
std::map<std::string, std::vector<std::string>> read_index(const fs::path& file) {
  const json index = read_object(file);
  const auto map = index.find("weight_map");
  if (map == index.end() || !map->is_object()) {
    throw Error("the index has no weight_map", file.string(), "get the model again");
  }
  std::map<std::string, std::vector<std::string>> shards;
  for (const auto& [tensor, shard] : map->items()) {
    const std::string name = shard.is_string() ? shard.get<std::string>() : "";
    // A path could lead anywhere on the machine.
    if (name.empty() || name != fs::path(name).filename()) {
      throw Error(fmt::format("tensor {} lies in no file of this folder", tensor), file.string(),
                  "get the model again");
    }
    shards[name].push_back(tensor);
  }
  return shards;
}

}  // namespace

HfFolder::HfFolder(const fs::path& folder) : WeightSource(folder) {
  flatten(read_object(folder / "config.json"), "", config_);
  end_tokens_ = end_tokens_in(config_, folder / "config.json");
  if (const auto file = folder / "generation_config.json"; fs::exists(file)) {
    Values generation;
    flatten(read_object(file), "", generation);
    if (auto ids = end_tokens_in(generation, file); !ids.empty()) end_tokens_ = std::move(ids);
  }
  if (auto text = chat_template_of(folder); !text.empty()) {
    config_["tokenizer.chat_template"] = std::move(text);
  }
  if (fs::exists(folder / kWhole)) {
    add_shard(kWhole);
  } else if (fs::exists(folder / kIndex)) {
    for (const auto& [shard, tensors] : read_index(folder / kIndex)) {
      add_shard(shard);
      for (const std::string& tensor : tensors) {
        if (!shards_.back()->find(tensor)) {
          throw Error(fmt::format("tensor {} is missing", tensor), (folder / shard).string(),
                      "this file is not the one that the index speaks of: get the model again");
        }
      }
    }
  } else {
    throw Error("there are no weights in this folder", folder.string(),
                fmt::format("it needs {}, or {} and its files (save_pretrained of transformers "
                            "writes them)",
                            kWhole, kIndex));
  }
}

void HfFolder::add_shard(const std::string& file) {
  shards_.push_back(std::make_unique<SafetensorsFile>(path() / file));
  for (const TensorView& tensor : shards_.back()->tensors()) {
    if (!add(tensor)) {
      throw Error(fmt::format("tensor {} lies in two files", tensor.name), (path() / file).string(),
                  "get the model again");
    }
  }
}

template <class T>
std::optional<T> HfFolder::get(const std::string& key, const char* kind) const {
  const auto found = config_.find(key);
  if (found == config_.end()) return std::nullopt;
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  throw Error(fmt::format("{} is not {}", key, kind), (path() / "config.json").string(),
              "get the model again");
}

std::optional<std::string> HfFolder::find_text(const std::string& key) const {
  return get<std::string>(key, "a text");
}

std::optional<std::int64_t> HfFolder::find_integer(const std::string& key) const {
  return get<std::int64_t>(key, "a whole number");
}

std::optional<double> HfFolder::find_number(const std::string& key) const {
  const auto found = config_.find(key);
  if (found != config_.end()) {
    if (const auto* value = std::get_if<std::int64_t>(&found->second)) {
      return static_cast<double>(*value);
    }
  }
  return get<double>(key, "a number");
}

std::optional<bool> HfFolder::find_flag(const std::string& key) const {
  return get<bool>(key, "true or false");
}

}  // namespace quadrant
