// LoRA branches on a decoder: start, merge, and PEFT's adapter folder.
//
// Folder: adapter_config.json and adapter_model.safetensors, with PEFT's names
// (peft docs/source/developer_guides/checkpoint.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/core/specs.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

inline constexpr char kAdapterWeights[] = "adapter_model.safetensors";

// Puts a fresh branch on every linear layer: A uniform in +-1/sqrt(in) (PEFT's kaiming_uniform with
// a = sqrt(5)), drawn from the stream "lora:<module name>" of `seed`; B zero. Both require
// gradients.
void attach_lora(Decoder& decoder, const TuningSpec& tuning, std::uint64_t seed);
void detach_lora(Decoder& decoder);
void merge_lora(Decoder& decoder);  // folds each branch into its weight (a new tensor) and drops it
std::vector<NamedTensor> lora_parameters(Decoder& decoder);  // PEFT names

void save_adapter(Decoder& decoder, const TuningSpec& tuning, const std::string& base_name,
                  const std::filesystem::path& folder);
// Error when the folder is no LoRA adapter, or its tensors do not fit the decoder.
void load_adapter(Decoder& decoder, const std::filesystem::path& folder);

}  // namespace quadrant
