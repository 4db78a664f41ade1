// qwen2: Qwen 2 and 2.5 (transformers models/qwen2/modeling_qwen2.py).
//
// As llama, with biases on q, k and v. Layers from max_window_layers on see a window when
// use_sliding_window says so (files so far say no). Template: ChatML.
#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/arch/pre_norm.h"

namespace quadrant {
namespace {

DecoderConfig read_qwen2(const ConfigReader& read) {
  DecoderConfig config = read_config(read, "silu");
  config.model_class = "Qwen2ForCausalLM";
  config.rope = read_rope(read, 10000);
  config.windows = read_qwen_windows(read, config.layers);
  return config;
}

}  // namespace

Architecture qwen2() {
  return {"qwen2", "qwen2", read_qwen2,
          pre_norm_names(Stored::kSame, {{"self_attn.q_proj.bias", "attn_q.bias"},
                                         {"self_attn.k_proj.bias", "attn_k.bias"},
                                         {"self_attn.v_proj.bias", "attn_v.bias"}}),
          build_pre_norm<PreNormParts{.qkv_bias = true}>};
}

}  // namespace quadrant
