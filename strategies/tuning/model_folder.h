// A tuned model as a folder that transformers loads: config.json, generation_config.json,
// model.safetensors, the tokenizer and the chat template.
#pragma once

#include <filesystem>

#include "harness/core/specs.h"
#include "strategies/lm/arch/decoder.h"

namespace quadrant {

inline constexpr char kModelWeights[] = "model.safetensors";

// `base`: what the decoder was loaded from. A Hugging Face folder's own files are taken over, a
// GGUF file's are made from what it says. Weights are fp32. The chat template is the one that
// `base` says was trained with: the model's, a file's, or none.
void write_model_folder(Decoder& decoder, const ModelSpec& base,
                        const std::filesystem::path& folder);

}  // namespace quadrant
