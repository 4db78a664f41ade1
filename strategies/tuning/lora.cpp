#include "strategies/tuning/lora.h"

#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/rng.h"
#include "strategies/lm/tensor_file.h"

namespace quadrant {
namespace {

constexpr char kPrefix[] = "base_model.model.";
constexpr char kConfig[] = "adapter_config.json";

Tensor uniform_start(std::int64_t rank, std::int64_t in, Rng rng) {
  Tensor a = at::empty({rank, in}, at::kFloat);
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  float* values = a.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    values[i] = static_cast<float>((2 * rng.uniform() - 1) * bound);
  }
  return a;
}

std::string leaf_name(const std::string& module) { return module.substr(module.rfind('.') + 1); }

// The settings that load_adapter understands, or an Error naming the one it does not.
struct AdapterConfig {
  std::int64_t rank = 0;
  double alpha = 0;
};
AdapterConfig read_config(const std::filesystem::path& file) {
  const auto json = nlohmann::json::parse(read_text(file), nullptr, false);
  const auto refuse = [&](const std::string& problem) {
    throw Error(problem, file.string(), "use a LoRA adapter over linear layers as PEFT writes it");
  };
  if (!json.is_object()) refuse("the adapter's configuration is not a JSON object");
  if (json.value("peft_type", "") != "LORA") refuse("this adapter is no LoRA adapter");
  for (const char* key : {"use_dora", "use_rslora", "fan_in_fan_out"}) {
    if (json.contains(key) && json[key] == true) refuse(fmt::format("{} is not supported", key));
  }
  for (const char* key : {"rank_pattern", "alpha_pattern", "modules_to_save"}) {
    if (json.contains(key) && !json[key].empty()) refuse(fmt::format("{} is not supported", key));
  }
  if (!json.contains("r") || !json["r"].is_number_integer() || json["r"] < 1 ||
      !json.contains("lora_alpha") || !json["lora_alpha"].is_number()) {
    refuse("the adapter's configuration lacks r or lora_alpha");
  }
  return {json["r"].get<std::int64_t>(), json["lora_alpha"].get<double>()};
}

}  // namespace

void attach_lora(Decoder& decoder, const TuningSpec& tuning, std::uint64_t seed) {
  for (Linear* linear : decoder.linears()) {
    const auto device = linear->weight.device();
    LoraBranch branch;
    branch.a = uniform_start(tuning.rank, linear->weight.size(1), Rng(seed, "lora:" + linear->name))
                   .to(device)
                   .set_requires_grad(true);
    branch.b = at::zeros({linear->weight.size(0), tuning.rank}, linear->weight.options())
                   .set_requires_grad(true);
    branch.scale = tuning.alpha / tuning.rank;
    branch.dropout = tuning.dropout;
    linear->lora = std::move(branch);
  }
}

void detach_lora(Decoder& decoder) {
  for (Linear* linear : decoder.linears()) linear->lora.reset();
}

void merge_lora(Decoder& decoder) {
  const at::NoGradGuard no_grad;
  for (Linear* linear : decoder.linears()) {
    if (!linear->lora) continue;
    linear->weight = merged_weight(linear->weight, *linear->lora);
    linear->lora.reset();
  }
}

std::vector<NamedTensor> lora_parameters(Decoder& decoder) {
  std::vector<NamedTensor> parameters;
  for (Linear* linear : decoder.linears()) {
    if (!linear->lora) continue;
    parameters.push_back({kPrefix + linear->name + ".lora_A.weight", &linear->lora->a});
    parameters.push_back({kPrefix + linear->name + ".lora_B.weight", &linear->lora->b});
  }
  return parameters;
}

void save_adapter(Decoder& decoder, const TuningSpec& tuning, const std::string& base_name,
                  const std::filesystem::path& folder) {
  std::set<std::string> modules;
  for (const Linear* linear : decoder.linears()) modules.insert(leaf_name(linear->name));
  const nlohmann::json config{{"peft_type", "LORA"},
                              {"task_type", "CAUSAL_LM"},
                              {"base_model_name_or_path", base_name},
                              {"r", tuning.rank},
                              {"lora_alpha", tuning.alpha},
                              {"lora_dropout", tuning.dropout},
                              {"target_modules", modules},
                              {"bias", "none"},
                              {"fan_in_fan_out", false},
                              {"inference_mode", true}};
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const NamedTensor& parameter : lora_parameters(decoder)) {
    tensors.emplace_back(parameter.name, *parameter.tensor);
  }
  save_tensors(folder / kAdapterWeights, tensors, {{"format", "pt"}});
  write_atomically(folder / kConfig, config.dump(2) + "\n");
}

void load_adapter(Decoder& decoder, const std::filesystem::path& folder) {
  const AdapterConfig config = read_config(folder / kConfig);
  TensorFile file(folder / kAdapterWeights);
  for (Linear* linear : decoder.linears()) {
    const std::string prefix = kPrefix + linear->name;
    if (!file.has(prefix + ".lora_A.weight")) continue;  // PEFT adapts the listed modules only
    const auto device = linear->weight.device();
    LoraBranch branch;
    branch.a =
        file.take(prefix + ".lora_A.weight", {config.rank, linear->weight.size(1)}).to(device);
    branch.b =
        file.take(prefix + ".lora_B.weight", {linear->weight.size(0), config.rank}).to(device);
    branch.scale = config.alpha / static_cast<double>(config.rank);
    linear->lora = std::move(branch);
  }
  file.require_all_taken();
}

}  // namespace quadrant
