#include "strategies/tuning/adapter.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/tuning/lora.h"

namespace quadrant {
namespace {

using json = nlohmann::ordered_json;  // PEFT takes patterns in the order of the file

class AdapterConfig {
 public:
  explicit AdapterConfig(std::filesystem::path file);
  bool rslora() const { return flag("use_rslora"); }
  bool dora() const { return flag("use_dora"); }
  std::int64_t rank(const std::string& module) const;
  double alpha(const std::string& module) const;

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(problem, file_.string(), "use a LoRA adapter over linear layers as PEFT writes it");
  }
  bool flag(const char* key) const { return json_.contains(key) && json_[key] == true; }
  void refuse_what_changes_more() const;
  const json& value(const char* pattern, const char* usual, const std::string& module) const;

  std::filesystem::path file_;
  json json_;
};

AdapterConfig::AdapterConfig(std::filesystem::path file)
    : file_(std::move(file)), json_(json::parse(read_text(file_), nullptr, false)) {
  if (!json_.is_object()) refuse("the adapter's configuration is not a JSON object");
  if (json_.value("peft_type", json()) != "LORA") refuse("this adapter is no LoRA adapter");
  refuse_what_changes_more();
}

// PEFT grows options. Those that change nothing about a trained adapter over linear layers are
// known; any other one that is set might.
void AdapterConfig::refuse_what_changes_more() const {
  static const std::set<std::string> kKnown{"peft_type",
                                            "peft_version",
                                            "task_type",
                                            "auto_mapping",
                                            "inference_mode",
                                            "revision",
                                            "runtime_config",
                                            "base_model_name_or_path",
                                            "r",
                                            "lora_alpha",
                                            "lora_dropout",
                                            "rank_pattern",
                                            "alpha_pattern",
                                            "use_rslora",
                                            "use_dora",
                                            "target_modules",
                                            "exclude_modules",
                                            "layers_to_transform",
                                            "layers_pattern",
                                            "megatron_core",
                                            "eva_config",
                                            "qalora_group_size",
                                            "loftq_config",
                                            "ensure_weight_tying"};
  // Other ways to start replace the base's weights, which the folder does not hold.
  static const std::set<json> kStarts{nullptr, true, false, "gaussian", "eva", "orthogonal"};
  for (const auto& [key, value] : json_.items()) {
    const bool unset =
        value.is_null() || value == false || (value.is_structured() && value.empty());
    if (unset || kKnown.contains(key)) continue;
    if (key == "bias" && value == "none") continue;
    if (key == "init_lora_weights" && kStarts.contains(value)) continue;
    refuse(fmt::format("{} = {} is not supported", key, value.dump()));
  }
}

// As PEFT's get_pattern_key: the first pattern that matches the end of the module's name.
const json& AdapterConfig::value(const char* pattern, const char* usual,
                                 const std::string& module) const {
  if (json_.contains(pattern) && json_[pattern].is_object()) {
    for (const auto& [key, value] : json_[pattern].items()) {
      try {
        if (std::regex_match(module, std::regex("(.*\\.)?(" + key + ")"))) return value;
      } catch (const std::regex_error&) {
        refuse(fmt::format("\"{}\" in {} is no regular expression", key, pattern));
      }
    }
  }
  if (!json_.contains(usual)) refuse(fmt::format("the adapter's configuration lacks {}", usual));
  return json_[usual];
}

std::int64_t AdapterConfig::rank(const std::string& module) const {
  const json& rank = value("rank_pattern", "r", module);
  if (!rank.is_number_integer() || rank < 1) refuse("a rank is not a whole number from 1");
  return rank.get<std::int64_t>();
}

double AdapterConfig::alpha(const std::string& module) const {
  const json& alpha = value("alpha_pattern", "lora_alpha", module);
  if (!alpha.is_number()) refuse("an alpha is not a number");
  return alpha.get<double>();
}

}  // namespace

void save_adapter(Decoder& decoder, const TuningSpec& tuning, const std::string& base_name,
                  const std::filesystem::path& folder) {
  std::set<std::string> modules;
  for (const Linear* linear : decoder.linears()) {
    if (linear->lora) modules.insert(leaf_name(linear->name));
  }
  const json config{{"peft_type", "LORA"},
                    {"task_type", "CAUSAL_LM"},
                    {"base_model_name_or_path", base_name},
                    {"r", tuning.rank},
                    {"lora_alpha", tuning.alpha},
                    {"lora_dropout", tuning.dropout},
                    {"target_modules", modules},
                    {"use_rslora", tuning.use_rslora},
                    {"use_dora", tuning.use_dora},
                    {"bias", "none"},
                    {"fan_in_fan_out", false},
                    {"inference_mode", true}};
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const NamedTensor& parameter : lora_parameters(decoder)) {
    tensors.emplace_back(parameter.name, *parameter.tensor);
  }
  save_tensors(folder / kAdapterWeights, tensors, {{"format", "pt"}});
  write_atomically(folder / kAdapterConfig, config.dump(2) + "\n");
}

void load_adapter(Decoder& decoder, const std::filesystem::path& folder) {
  const AdapterConfig config(folder / kAdapterConfig);
  TensorFile file(folder / kAdapterWeights);
  for (Linear* linear : decoder.linears()) {
    const std::string module = kPeftPrefix + linear->name;
    if (!file.has(module + kLoraA)) continue;  // PEFT adapts the listed modules only
    const auto device = linear->weight.device();
    const std::int64_t rank = config.rank(linear->name), outputs = linear->weight.size(0);
    LoraBranch branch;
    branch.a = file.take(module + kLoraA, {rank, linear->weight.size(1)}).to(device);
    branch.b = file.take(module + kLoraB, {outputs, rank}).to(device);
    if (config.dora()) branch.magnitude = file.take(module + kMagnitude, {outputs}).to(device);
    branch.scale = lora_scale(config.alpha(linear->name), rank, config.rslora());
    linear->lora = std::move(branch);
  }
  file.require_all_taken();
}

}  // namespace quadrant
