// smollm3: SmolLM3 (transformers models/smollm3/modeling_smollm3.py).
//
// As llama, but every fourth layer has no positions (Yang et al. 2025, arXiv 2501.18795);
// config.json may list them ("no_rope_layers": 1 means with positions). GGUF files hold the rows of
// q and k in pairs. Template: ChatML with <think> parts.
#include <fmt/format.h>

#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/arch/pre_norm.h"

namespace quadrant {
namespace {

DecoderConfig read_smollm3(const ConfigReader& read) {
  DecoderConfig config = read_config(read, "silu");
  config.model_class = "SmolLM3ForCausalLM";
  config.rope = read_rope(read, 2000000);
  config.windows = read_qwen_windows(read, config.layers);
  const auto interval = read.integer({"no_rope_layer_interval", ""}).value_or(4);
  for (int i = 0; i < config.layers; ++i) {
    const auto listed = read.integer({fmt::format("no_rope_layers.{}", i), ""});
    config.rotary_layers.push_back(listed ? *listed != 0 : (i + 1) % interval != 0);
  }
  return config;
}

}  // namespace

Architecture smollm3() {
  return {"smollm3", "smollm3", read_smollm3, pre_norm_names(Stored::kRotaryPairs),
          build_pre_norm<PreNormParts{}>};
}

}  // namespace quadrant
