#include "strategies/lm/arch/pre_norm.h"

#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/layers/norm.h"

namespace quadrant {

PreNormDecoder::PreNormDecoder(DecoderConfig config, WeightLoader& load, const PreNormParts& parts)
    : StackedDecoder(std::move(config), load), layers_(config_.layers) {
  for (int i = 0; i < config_.layers; ++i) {
    Layer& layer = layers_[i];
    take_norm(load, i, "input_layernorm", config_.width, layer.attention_norm);
    take_norm(load, i, "post_attention_layernorm", config_.width, layer.ffn_norm);
    if (parts.qk_norm) {
      take_norm(load, i, "self_attn.q_norm", config_.head_dim, layer.q_norm);
      take_norm(load, i, "self_attn.k_norm", config_.head_dim, layer.k_norm);
    }
    take_attention(load, i, parts.qkv_bias, layer.attention);
    take_mlp(load, i, layer.mlp);
  }
  frequencies_ = rope_frequencies(config_.rope, config_.head_dim, embedding_.device());
}

Tensor PreNormDecoder::hidden(const Tensor& ids, const Tensor& positions, Attention& attention) {
  const Rotation turn = rotation(positions, frequencies_, config_.rope.attention_factor);
  Tensor x = at::embedding(embedding_, ids);
  for (int i = 0; i < config_.layers; ++i) {
    const auto layer = [this, i, turn, &attention](const Tensor& x) {
      return forward(i, x, turn, attention);
    };
    x = through(layer, x);
  }
  return rms_norm(x, final_norm_, config_.norm_eps);
}

Tensor PreNormDecoder::forward(int i, const Tensor& x, const Rotation& turn,
                               Attention& attention) const {
  const Layer& layer = layers_[i];
  const bool turned = config_.rotary_layers.empty() || config_.rotary_layers[i];
  const SelfAttention::Setting setting{.layer = i,
                                       .head_dim = config_.head_dim,
                                       .window = window(i),
                                       .turn = turned ? &turn : nullptr,
                                       .q_norm = layer.q_norm,
                                       .k_norm = layer.k_norm,
                                       .norm_eps = config_.norm_eps};
  const Tensor in = rms_norm(x, layer.attention_norm, config_.norm_eps);
  const Tensor mixed = x + layer.attention.forward(in, setting, attention);
  return mixed + layer.mlp.forward(rms_norm(mixed, layer.ffn_norm, config_.norm_eps), silu_gated);
}

std::vector<WeightName> pre_norm_names(Stored rows, std::vector<WeightName> more) {
  more.push_back({"model.norm.weight", "output_norm.weight"});
  more.push_back({"input_layernorm.weight", "attn_norm.weight"});
  more.push_back({"post_attention_layernorm.weight", "ffn_norm.weight"});
  return weight_names(rows, std::move(more));
}

std::vector<int> read_qwen_windows(const ConfigReader& read, int layers) {
  if (!read.flag({"use_sliding_window", ""}).value_or(false)) return {};
  const int window = read.size({"sliding_window", ""});
  auto windows = read_layer_types(read, layers, window);
  if (!windows.empty()) return windows;
  const auto first = read.integer({"max_window_layers", ""}).value_or(layers);
  for (int i = 0; i < layers; ++i) windows.push_back(i < first ? 0 : window);
  return windows;
}

}  // namespace quadrant
