// qwen3: the dense models of Qwen 3 (transformers models/qwen3/modeling_qwen3.py).
//
// As llama, with RMSNorm over each head of q and k before the rotation. Template: ChatML with
// <think> parts.
#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/arch/pre_norm.h"

namespace quadrant {
namespace {

DecoderConfig read_qwen3(const ConfigReader& read) {
  DecoderConfig config = read_config(read, "silu");
  config.model_class = "Qwen3ForCausalLM";
  config.rope = read_rope(read, 10000);
  config.windows = read_qwen_windows(read, config.layers);
  return config;
}

}  // namespace

Architecture qwen3() {
  return {"qwen3", "qwen3", read_qwen3,
          pre_norm_names(Stored::kSame, {{"self_attn.q_norm.weight", "attn_q_norm.weight"},
                                         {"self_attn.k_norm.weight", "attn_k_norm.weight"}}),
          build_pre_norm<PreNormParts{.qk_norm = true}>};
}

}  // namespace quadrant
