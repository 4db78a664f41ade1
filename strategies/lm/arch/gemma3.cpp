// gemma3: the text models of Gemma 3 (transformers models/gemma3/modeling_gemma3.py).
//
// Four norms a layer, each half between two; norms of q and k heads; norm weights count from one
// (GGUF files hold weight + 1); embeddings scaled by sqrt(width); tanh-GELU. Five of six layers see
// a window and turn positions by a base of their own; GGUF files leave both to the reader.
// Template: <start_of_turn>, the system message inside the first user turn.
#include <cmath>

#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/arch/stack.h"
#include "strategies/lm/layers/norm.h"

namespace quadrant {
namespace {

class Gemma3 : public StackedDecoder {
 public:
  Gemma3(DecoderConfig config, WeightLoader& load)
      : StackedDecoder(std::move(config), load), layers_(config_.layers) {
    for (int i = 0; i < config_.layers; ++i) {
      Layer& layer = layers_[i];
      take_norm(load, i, "input_layernorm", config_.width, layer.before_attention);
      take_norm(load, i, "post_attention_layernorm", config_.width, layer.after_attention);
      take_norm(load, i, "pre_feedforward_layernorm", config_.width, layer.before_mlp);
      take_norm(load, i, "post_feedforward_layernorm", config_.width, layer.after_mlp);
      take_norm(load, i, "self_attn.q_norm", config_.head_dim, layer.q_norm);
      take_norm(load, i, "self_attn.k_norm", config_.head_dim, layer.k_norm);
      take_attention(load, i, /*biased=*/false, layer.attention);
      take_mlp(load, i, layer.mlp);
    }
    const auto device = embedding_.device();
    frequencies_ = rope_frequencies(config_.rope, config_.head_dim, device);
    local_frequencies_ = rope_frequencies(*config_.local_rope, config_.head_dim, device);
    q_scale_ = std::sqrt(config_.head_dim / *config_.query_scalar);
  }

  Tensor hidden(const Tensor& ids, const Tensor& positions, Attention& attention) override {
    const Rotation turn = rotation(positions, frequencies_, config_.rope.attention_factor);
    const Rotation local_turn =
        rotation(positions, local_frequencies_, config_.local_rope->attention_factor);
    Tensor x = at::embedding(embedding_, ids) * static_cast<float>(std::sqrt(config_.width));
    for (int i = 0; i < config_.layers; ++i) {
      const Rotation& own_turn = window(i) > 0 ? local_turn : turn;
      const auto layer = [this, i, own_turn, &attention](const Tensor& x) {
        return forward(i, x, own_turn, attention);
      };
      x = through(layer, x);
    }
    return norm(x, final_norm_);
  }

 private:
  struct Layer {
    Tensor before_attention, after_attention, before_mlp, after_mlp, q_norm, k_norm;
    SelfAttention attention;
    GatedMlp mlp;
  };

  Tensor forward(int i, const Tensor& x, const Rotation& turn, Attention& attention) const {
    const Layer& layer = layers_[i];
    const SelfAttention::Setting setting{.layer = i,
                                         .head_dim = config_.head_dim,
                                         .window = window(i),
                                         .turn = &turn,
                                         .q_norm = layer.q_norm + 1,
                                         .k_norm = layer.k_norm + 1,
                                         .norm_eps = config_.norm_eps,
                                         .q_scale = q_scale_};
    const Tensor in = norm(x, layer.before_attention);
    const Tensor mixed =
        x + norm(layer.attention.forward(in, setting, attention), layer.after_attention);
    const Tensor fed = layer.mlp.forward(norm(mixed, layer.before_mlp), gelu_tanh_gated);
    return mixed + norm(fed, layer.after_mlp);
  }

  Tensor norm(const Tensor& x, const Tensor& weight) const {
    return rms_norm(x, weight + 1, config_.norm_eps);
  }

  std::vector<Layer> layers_;
  Tensor frequencies_, local_frequencies_;
  double q_scale_ = 1;
};

std::vector<int> read_windows(const ConfigReader& read, int layers) {
  const int window = read.size({"sliding_window", "attention.sliding_window"});
  auto windows = read_layer_types(read, layers, window);
  if (!windows.empty()) return windows;
  const auto pattern = read.integer({"sliding_window_pattern", ""}).value_or(6);
  for (int i = 0; i < layers; ++i) windows.push_back((i + 1) % pattern == 0 ? 0 : window);
  return windows;
}

RopeConfig read_local_rope(const ConfigReader& read) {
  if (read.number({"rope_parameters.sliding_attention.rope_theta", ""})) {
    return read_rope(read, 10000, "sliding_attention");
  }
  const Key base{"rope_local_base_freq", "rope.freq_base_swa"};
  return {.base = read.number(base).value_or(10000)};
}

DecoderConfig read_gemma3(const ConfigReader& read) {
  DecoderConfig config = read_config(read, "gelu_pytorch_tanh");
  config.model_class = "Gemma3ForCausalLM";
  config.windows = read_windows(read, config.layers);
  config.rope = read_rope(read, 1000000, "full_attention");
  config.local_rope = read_local_rope(read);
  config.query_scalar =
      read.number({"query_pre_attn_scalar", ""}).value_or(static_cast<double>(config.head_dim));
  if (read.flag({"use_bidirectional_attention", ""}).value_or(false)) {
    read.refuse("attention to later tokens");
  }
  for (const char* key : {"attn_logit_softcapping", "final_logit_softcapping"}) {
    if (read.number({key, ""})) read.refuse(key);
  }
  return config;
}

}  // namespace

Architecture gemma3() {
  return {"gemma3_text", "gemma3", read_gemma3,
          weight_names(
              Stored::kSame,
              {{"model.norm.weight", "output_norm.weight", Stored::kOnePlus},
               {"input_layernorm.weight", "attn_norm.weight", Stored::kOnePlus},
               {"post_attention_layernorm.weight", "post_attention_norm.weight", Stored::kOnePlus},
               {"pre_feedforward_layernorm.weight", "ffn_norm.weight", Stored::kOnePlus},
               {"post_feedforward_layernorm.weight", "post_ffw_norm.weight", Stored::kOnePlus},
               {"self_attn.q_norm.weight", "attn_q_norm.weight", Stored::kOnePlus},
               {"self_attn.k_norm.weight", "attn_k_norm.weight", Stored::kOnePlus}}),
          [](DecoderConfig config, WeightLoader& load) -> std::unique_ptr<Decoder> {
            return std::make_unique<Gemma3>(std::move(config), load);
          }};
}

}  // namespace quadrant
