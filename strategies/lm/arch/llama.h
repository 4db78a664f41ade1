// The llama architecture: SmolLM2, Llama, TinyLlama (transformers models/llama/modeling_llama.py).
#pragma once

#include "strategies/lm/loader.h"

namespace quadrant {

// From the GGUF keys "llama.*" and the tensors token_embd, blk.N.*, output_norm, output.
std::unique_ptr<Decoder> load_llama(const WeightSource& source, WeightLoader& weights);

}  // namespace quadrant
