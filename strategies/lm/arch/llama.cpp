// llama: SmolLM2, Llama 2 and 3, TinyLlama (transformers models/llama/modeling_llama.py).
//
// RMSNorm before each half of a layer, grouped-query attention, SiLU-gated MLP, no biases. Llama
// 3.1 and later stretch the rotary positions (rope type llama3). GGUF files hold the rows of q and
// k in pairs. Templates: ChatML (SmolLM2), <|start_header_id|> (Llama 3), [INST] (Llama 2).
#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/arch/pre_norm.h"

namespace quadrant {
namespace {

DecoderConfig read_llama(const ConfigReader& read) {
  DecoderConfig config = read_config(read, "silu");
  config.model_class = "LlamaForCausalLM";
  config.rope = read_rope(read, 10000);
  return config;
}

}  // namespace

Architecture llama() {
  return {"llama", "llama", read_llama, pre_norm_names(Stored::kRotaryPairs),
          build_pre_norm<PreNormParts{}>};
}

}  // namespace quadrant
