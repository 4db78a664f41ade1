#include "strategies/lm/bert_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"

namespace quadrant {

nlohmann::json read_model_json(const std::filesystem::path& file) {
  auto json = nlohmann::json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw Error("this configuration is not a JSON object", file.string(), "get the model again");
  }
  return json;
}

BertConfig read_bert_config(const std::filesystem::path& file) {
  const nlohmann::json json = read_model_json(file);
  if (json.value("model_type", "") != "bert" || json.value("hidden_act", "gelu") != "gelu" ||
      json.value("position_embedding_type", "absolute") != "absolute") {
    throw Error("this is not a BERT encoder with GELU", file.string(),
                "use a model of the BERT family, such as all-minilm-l6-v2");
  }
  const auto size = [&](const char* key) {
    if (!json.contains(key) || !json[key].is_number_integer() || json[key] < 1) {
      throw Error(fmt::format("{} is missing or no positive number", key), file.string(),
                  "get the model again");
    }
    return json[key].get<int>();
  };
  return {size("num_hidden_layers"),          size("hidden_size"), size("intermediate_size"),
          size("num_attention_heads"),        size("vocab_size"),  size("max_position_embeddings"),
          json.value("layer_norm_eps", 1e-12)};
}

int longest_input(const std::filesystem::path& folder, const BertConfig& config) {
  double limit = config.positions;
  for (const auto& [name, key] : {std::pair("sentence_bert_config.json", "max_seq_length"),
                                  std::pair("tokenizer_config.json", "model_max_length")}) {
    if (!std::filesystem::exists(folder / name)) continue;
    const nlohmann::json json = read_model_json(folder / name);
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number()) continue;
    limit = std::min(limit, found->get<double>());
    break;
  }
  return static_cast<int>(std::max(limit, 2.0));
}

Bert::WeightLookup encoder_weights(TensorFile& file) {
  const std::string prefix = file.has("bert.embeddings.word_embeddings.weight") ? "bert." : "";
  return [&file, prefix](const std::string& name, const std::vector<std::int64_t>& shape) {
    return file.take(prefix + name, shape);
  };
}

}  // namespace quadrant
