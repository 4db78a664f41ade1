// PEFT's adapter folder: adapter_config.json and adapter_model.safetensors, read and written.
#pragma once

#include <filesystem>
#include <string>

#include "harness/core/specs.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

inline constexpr char kAdapterConfig[] = "adapter_config.json";
inline constexpr char kAdapterWeights[] = "adapter_model.safetensors";

// The decoder's branches, which are those of `tuning`.
void save_adapter(Decoder& decoder, const TuningSpec& tuning, const std::string& base_name,
                  const std::filesystem::path& folder);

// LoRA on linear layers, with rsLoRA, DoRA, rank_pattern and alpha_pattern; branches stay as they
// were trained, without dropout. Error when the folder is no such adapter, asks for something else
// (the key is named), or its tensors do not fit the decoder.
void load_adapter(Decoder& decoder, const std::filesystem::path& folder);

}  // namespace quadrant
