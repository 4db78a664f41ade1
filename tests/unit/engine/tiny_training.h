// The tiny model and the training of tests/golden/tuning (tests/golden/README-families.md).
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "golden.h"
#include "strategies/lm/weights/hf_folder.h"
#include "strategies/tuning/lora.h"
#include "strategies/tuning/trainer.h"

namespace quadrant {

inline const std::filesystem::path kGolden =
    std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/golden";

inline const nlohmann::json& reference() {
  static const auto json = golden("tuning/tuning.json");
  return json;
}

inline std::unique_ptr<Decoder> base() {
  return load_decoder(HfFolder(kGolden / reference()["base"].get<std::string>()), at::kCPU);
}

inline std::vector<TrainingSequence> sequences() {
  std::vector<TrainingSequence> all;
  for (const auto& json : reference()["sequences"]) all.push_back(sequence_of(json));
  return all;
}

inline TuningSpec tuning_of(const nlohmann::json& json) {
  TuningSpec tuning;
  tuning.name = tuning.method = json["method"];
  tuning.rank = json.value("rank", tuning.rank);
  tuning.alpha = json.value("alpha", tuning.alpha);
  tuning.target_modules = json.value("target_modules", tuning.target_modules);
  tuning.use_rslora = json.value("use_rslora", false);
  tuning.use_dora = json.value("use_dora", false);
  tuning.loraplus_lr_ratio = json.value("loraplus_lr_ratio", 1.0);
  tuning.learning_rate = json["learning_rate"];
  tuning.lr_scheduler_type = json["lr_scheduler_type"];
  tuning.weight_decay = json.value("weight_decay", 0.0);
  tuning.batch_size = reference()["batch_size"];
  tuning.epochs = reference()["epochs"];
  tuning.warmup_ratio = reference()["warmup_ratio"];
  return tuning;
}

inline void require_gradients(const std::vector<NamedTensor>& parameters) {
  for (const NamedTensor& parameter : parameters) parameter.tensor->set_requires_grad(true);
}

// Of all weights, in their order. Gives the decoder weights of its own.
inline std::vector<Tensor> weight_gradients(Decoder& decoder,
                                            std::span<const TrainingSequence* const> group,
                                            double scale) {
  for (const NamedTensor& weight : decoder.weights()) {
    *weight.tensor = weight.tensor->detach().clone().set_requires_grad(true);
  }
  sequence_loss(decoder, group, scale);
  std::vector<Tensor> all;
  for (const NamedTensor& weight : decoder.weights()) all.push_back(weight.tensor->grad());
  return all;
}

inline std::vector<NamedTensor> start(Decoder& decoder, const TuningSpec& tuning) {
  if (tuning.method == "lora") {
    attach_lora(decoder, tuning, reference()["seed"]);
    return lora_parameters(decoder);
  }
  for (const NamedTensor& weight : decoder.weights()) *weight.tensor = weight.tensor->clone();
  require_gradients(decoder.weights());
  return decoder.weights();
}

}  // namespace quadrant
