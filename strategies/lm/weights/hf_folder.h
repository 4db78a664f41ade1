// A model folder as Hugging Face writes it: config.json, generation_config.json, and weights in one
// model.safetensors or in shards that model.safetensors.index.json lists.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <variant>

#include "strategies/lm/weights/safetensors.h"

namespace quadrant {

class HfFolder : public WeightSource {
 public:
  // Error when a file is missing or damaged, or when index and shards disagree about a tensor.
  explicit HfFolder(const std::filesystem::path& folder);

  // Values of config.json: "rope_scaling.factor" is a member's member, "layer_types.3" an element.
  // null counts as absent. "tokenizer.chat_template", as GGUF files name it: chat_template.jinja,
  // else chat_template in tokenizer_config.json.
  std::optional<std::string> find_text(const std::string& key) const override;
  std::optional<std::int64_t> find_integer(const std::string& key) const override;
  std::optional<double> find_number(const std::string& key) const override;  // integers as well
  std::optional<bool> find_flag(const std::string& key) const override;

  // eos_token_id of generation_config.json, else of config.json.
  std::vector<std::int32_t> end_tokens() const { return end_tokens_; }

  using Value = std::variant<std::int64_t, double, bool, std::string>;
  using Values = std::map<std::string, Value>;

 private:
  template <class T>
  std::optional<T> get(const std::string& key, const char* kind) const;
  void add_shard(const std::string& file);

  Values config_;
  std::vector<std::int32_t> end_tokens_;
  std::vector<std::unique_ptr<SafetensorsFile>> shards_;
};

}  // namespace quadrant
