#include "strategies/lm/arch/config.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "strategies/lm/weights/dequantize.h"

namespace quadrant {
namespace {

const Key kEmbedding{"model.embed_tokens.weight", "token_embd.weight"};

double yarn_attention_factor(const ConfigReader& read, const std::string& prefix, double factor) {
  const auto own = [&](const char* key, const char* gguf) {
    return read.number({prefix + key, gguf});
  };
  if (const auto given = own("attention_factor", "rope.scaling.attn_factor")) return *given;
  const auto magnitude = [&](double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * std::log(factor) + 1;
  };
  const auto scale = own("mscale", ""), all = own("mscale_all_dim", "");
  return scale && all && *scale != 0 && *all != 0 ? magnitude(*scale) / magnitude(*all)
                                                  : magnitude(1);
}

// llama.cpp's converter turns llama3's rule into a divisor for each frequency. The rule has one
// factor that files differ in; the others are Meta's.
RopeConfig llama3_of_divisors(const ConfigReader& read, RopeConfig rope, const TensorView& view) {
  std::vector<float> divisors(static_cast<std::size_t>(view.elements()));
  to_fp32(view, divisors.data());
  rope.type = "llama3";
  rope.factor = *std::max_element(divisors.begin(), divisors.end());
  rope.high_freq_factor = 4;
  rope.original_context = 8192;
  const int dim = static_cast<int>(2 * divisors.size());
  const Tensor plain = rope_frequencies({.base = rope.base}, dim, at::kCPU);
  const Tensor wanted = plain / at::tensor(at::ArrayRef<float>(divisors));
  if (!at::allclose(rope_frequencies(rope, dim, at::kCPU), wanted, 1e-4)) {
    read.refuse("the divisors in rope_freqs.weight are not those of Llama 3");
  }
  return rope;
}

nlohmann::json scaling_of(const RopeConfig& rope) {
  nlohmann::json json{{"rope_type", rope.type}, {"factor", rope.factor}};
  if (rope.type == "linear") return json;
  json["original_max_position_embeddings"] = rope.original_context;
  if (rope.type == "llama3") {
    json["low_freq_factor"] = rope.low_freq_factor;
    json["high_freq_factor"] = rope.high_freq_factor;
  } else {
    json["beta_fast"] = rope.beta_fast;
    json["beta_slow"] = rope.beta_slow;
    json["attention_factor"] = rope.attention_factor;
    json["truncate"] = rope.truncate;
  }
  return json;
}

}  // namespace

ConfigReader::ConfigReader(const WeightSource& source) : source_(source) {
  if (const auto architecture = source.find_text("general.architecture")) {
    prefix_ = *architecture + ".";
  }
}

std::string ConfigReader::name(const Key& key) const {
  if (!is_gguf()) return key.hugging_face;
  return key.gguf.empty() ? "" : prefix_ + key.gguf;
}

std::optional<std::int64_t> ConfigReader::integer(const Key& key) const {
  return source_.find_integer(name(key));
}
std::optional<double> ConfigReader::number(const Key& key) const {
  return source_.find_number(name(key));
}
std::optional<std::string> ConfigReader::text(const Key& key) const {
  return source_.find_text(name(key));
}
std::optional<bool> ConfigReader::flag(const Key& key) const {
  return source_.find_flag(name(key));
}

int ConfigReader::size(const Key& key) const {
  const std::int64_t value = source_.integer(name(key));
  if (value < 1 || value > 10'000'000) {
    throw Error(fmt::format("{} is {}, which no model has", name(key), value),
                source_.path().string(), "the file is damaged: download it again");
  }
  return static_cast<int>(value);
}

void ConfigReader::refuse(const std::string& problem) const {
  throw Error(problem + ", which is not supported", source_.path().string(),
              "use a model without it");
}

RopeConfig read_rope(const ConfigReader& read, double default_base, const std::string& layer_type) {
  std::string prefix =
      layer_type.empty() ? "rope_parameters." : "rope_parameters." + layer_type + ".";
  const bool current = read.number({prefix + "rope_theta", ""}).has_value();
  if (!current) prefix = "rope_scaling.";  // as transformers wrote it before version 5
  const auto key = [&](const char* name) { return prefix + name; };
  const auto number = [&](const char* name, const char* gguf, double otherwise) {
    return read.number({key(name), gguf}).value_or(otherwise);
  };
  RopeConfig rope;
  const std::string base = current ? key("rope_theta") : "rope_theta";
  rope.base = read.number({base, "rope.freq_base"}).value_or(default_base);
  const auto type = read.text({key("rope_type"), "rope.scaling.type"});
  rope.type = type ? *type : read.text({key("type"), ""}).value_or("default");
  if (rope.type == "none") rope.type = "default";
  if (rope.type == "default") {
    const TensorView* divisors = read.source().find("rope_freqs.weight");
    return divisors ? llama3_of_divisors(read, rope, *divisors) : rope;
  }
  if (rope.type != "linear" && rope.type != "llama3" && rope.type != "yarn") {
    read.refuse(fmt::format("rotary scaling \"{}\"", rope.type));
  }
  rope.factor = number("factor", "rope.scaling.factor", 0);
  rope.original_context =
      number("original_max_position_embeddings", "rope.scaling.original_context_length", 0);
  rope.low_freq_factor = number("low_freq_factor", "", 1);
  rope.high_freq_factor = number("high_freq_factor", "", 4);
  rope.beta_fast = number("beta_fast", "rope.scaling.yarn_beta_fast", 32);
  rope.beta_slow = number("beta_slow", "rope.scaling.yarn_beta_slow", 1);
  rope.truncate = read.flag({key("truncate"), ""}).value_or(true);
  if (rope.type == "yarn") rope.attention_factor = yarn_attention_factor(read, prefix, rope.factor);
  if (rope.factor <= 0 || (rope.type != "linear" && rope.original_context <= 0)) {
    read.refuse(
        fmt::format("rotary scaling \"{}\" without its factor or its original context", rope.type));
  }
  return rope;
}

DecoderConfig read_config(const ConfigReader& read, const char* activation) {
  DecoderConfig config;
  config.activation = activation;
  config.layers = read.size({"num_hidden_layers", "block_count"});
  config.width = read.size({"hidden_size", "embedding_length"});
  config.ffn_width = read.size({"intermediate_size", "feed_forward_length"});
  config.heads = read.size({"num_attention_heads", "attention.head_count"});
  config.kv_heads = static_cast<int>(
      read.integer({"num_key_value_heads", "attention.head_count_kv"}).value_or(config.heads));
  config.head_dim = static_cast<int>(
      read.integer({"head_dim", "attention.key_length"}).value_or(config.width / config.heads));
  config.context = read.size({"max_position_embeddings", "context_length"});
  config.norm_eps = read.number({"rms_norm_eps", "attention.layer_norm_rms_epsilon"}).value_or(0);
  const auto& embedding =
      read.source().tensor(read.is_gguf() ? kEmbedding.gguf : kEmbedding.hugging_face);
  config.vocabulary = static_cast<int>(embedding.shape.front());
  const bool has_head = read.source().find(read.is_gguf() ? "output.weight" : "lm_head.weight");
  config.tied = read.flag({"tie_word_embeddings", ""}).value_or(!has_head);
  if (config.norm_eps <= 0) read.refuse("normalisation without an epsilon");
  if (config.kv_heads < 1 || config.heads % config.kv_heads != 0 || config.head_dim < 2 ||
      config.head_dim % 2 != 0) {
    throw Error("the numbers of heads do not fit together", read.source().path().string(),
                "the file is damaged: download it again");
  }
  for (const char* key : {"hidden_act", "hidden_activation"}) {
    const auto found = read.text({key, ""});
    if (found && *found != activation) read.refuse(fmt::format("activation \"{}\"", *found));
  }
  return config;
}

std::vector<int> read_layer_types(const ConfigReader& read, int layers, int window) {
  std::vector<int> windows;
  for (int i = 0; i < layers; ++i) {
    const auto type = read.text({fmt::format("layer_types.{}", i), ""});
    if (!type && i == 0) return {};
    if (type && *type != "sliding_attention" && *type != "full_attention") {
      read.refuse(fmt::format("attention of type \"{}\"", *type));
    }
    windows.push_back(type && *type == "sliding_attention" ? window : 0);
  }
  return windows;
}

std::string write_config(const DecoderConfig& config) {
  nlohmann::json json{
      {"architectures", {config.model_class}},
      {"model_type", config.model_type},
      {"vocab_size", config.vocabulary},
      {"hidden_size", config.width},
      {"intermediate_size", config.ffn_width},
      {"num_hidden_layers", config.layers},
      {"num_attention_heads", config.heads},
      {"num_key_value_heads", config.kv_heads},
      {"head_dim", config.head_dim},
      {config.activation == "silu" ? "hidden_act" : "hidden_activation", config.activation},
      {"max_position_embeddings", config.context},
      {"rms_norm_eps", config.norm_eps},
      {"rope_theta", config.rope.base},
      {"tie_word_embeddings", config.tied},
      {"torch_dtype", "float32"}};
  if (config.rope.type != "default") json["rope_scaling"] = scaling_of(config.rope);
  if (config.local_rope) json["rope_local_base_freq"] = config.local_rope->base;
  if (config.query_scalar) json["query_pre_attn_scalar"] = *config.query_scalar;
  if (!config.windows.empty()) {
    json["use_sliding_window"] = true;
    json["sliding_window"] = *std::max_element(config.windows.begin(), config.windows.end());
    for (const int window : config.windows) {
      json["layer_types"].push_back(window > 0 ? "sliding_attention" : "full_attention");
    }
  }
  for (const bool turned : config.rotary_layers) json["no_rope_layers"].push_back(turned ? 1 : 0);
  return json.dump(2) + "\n";
}

}  // namespace quadrant
