// LoRA branches on a decoder: start, merge, parameters by PEFT's names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/specs.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

// PEFT's name of a tensor: this, the module's name, and one of the endings
// (peft docs/source/developer_guides/checkpoint.md).
inline constexpr char kPeftPrefix[] = "base_model.model.";
inline constexpr char kLoraA[] = ".lora_A.weight", kLoraB[] = ".lora_B.weight";
inline constexpr char kMagnitude[] = ".lora_magnitude_vector";

// "model.layers.0.mlp.up_proj" -> "up_proj".
std::string leaf_name(const std::string& module);

// alpha / rank, or with rsLoRA alpha / sqrt(rank).
double lora_scale(double alpha, std::int64_t rank, bool rslora);

// Puts a fresh branch on every linear layer that `tuning` names: A uniform in +-1/sqrt(in) (PEFT's
// kaiming_uniform with a = sqrt(5)), drawn from the stream "lora:<module name>" of `seed`; B zero;
// DoRA's magnitudes the lengths of the weight's rows. All require gradients.
void attach_lora(Decoder& decoder, const TuningSpec& tuning, std::uint64_t seed);
void detach_lora(Decoder& decoder);
void merge_lora(Decoder& decoder);  // folds each branch into its weight (a new tensor) and drops it
std::vector<NamedTensor> lora_parameters(Decoder& decoder);  // PEFT names

}  // namespace quadrant
