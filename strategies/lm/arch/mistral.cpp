// mistral: Mistral 7B (transformers models/mistral/modeling_mistral.py).
//
// As llama, and in some versions every layer sees a window only (Jiang et al. 2023, arXiv
// 2310.06825). Its GGUF files call themselves "llama" and say nothing of the window; llama.cpp
// reads them so, too. Template: [INST] ... [/INST].
#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/arch/pre_norm.h"

namespace quadrant {
namespace {

DecoderConfig read_mistral(const ConfigReader& read) {
  DecoderConfig config = read_config(read, "silu");
  config.model_class = "MistralForCausalLM";
  config.rope = read_rope(read, 10000);
  if (const auto window = read.integer({"sliding_window", ""})) {
    config.windows.assign(config.layers, static_cast<int>(*window));
  }
  return config;
}

}  // namespace

Architecture mistral() {
  return {"mistral", "", read_mistral, pre_norm_names(Stored::kRotaryPairs),
          build_pre_norm<PreNormParts{}>};
}

}  // namespace quadrant
