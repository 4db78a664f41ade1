#include "strategies/lm/arch/llama.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "strategies/lm/layers/norm.h"
#include "strategies/lm/layers/rope.h"

namespace quadrant {
namespace {

struct Layer {
  Tensor attention_norm, ffn_norm;
  Linear q, k, v, o, gate, up, down;
};

class Llama : public Decoder {
 public:
  Llama(DecoderConfig config, WeightLoader& load) : config_(std::move(config)) {
    const std::int64_t width = config_.width, ffn = config_.ffn_width;
    const std::int64_t q_width = std::int64_t{config_.heads} * config_.head_dim;
    const std::int64_t kv_width = std::int64_t{config_.kv_heads} * config_.head_dim;
    embedding_ = load("token_embd.weight", {config_.vocabulary, width});
    final_norm_ = load("output_norm.weight", {width});
    if (load.has("output.weight")) head_ = load("output.weight", {config_.vocabulary, width});
    for (int i = 0; i < config_.layers; ++i) {
      const std::string from = fmt::format("blk.{}.", i), to = fmt::format("model.layers.{}.", i);
      const auto linear = [&](const char* gguf, const char* name, std::int64_t out,
                              std::int64_t in) {
        return Linear{to + name, load(from + gguf + ".weight", {out, in}), {}};
      };
      Layer layer;
      layer.attention_norm = load(from + "attn_norm.weight", {width});
      layer.ffn_norm = load(from + "ffn_norm.weight", {width});
      layer.q = linear("attn_q", "self_attn.q_proj", q_width, width);
      layer.k = linear("attn_k", "self_attn.k_proj", kv_width, width);
      layer.v = linear("attn_v", "self_attn.v_proj", kv_width, width);
      layer.o = linear("attn_output", "self_attn.o_proj", width, q_width);
      layer.gate = linear("ffn_gate", "mlp.gate_proj", ffn, width);
      layer.up = linear("ffn_up", "mlp.up_proj", ffn, width);
      layer.down = linear("ffn_down", "mlp.down_proj", width, ffn);
      layer.q.weight = split_halves(layer.q.weight, config_.heads);
      layer.k.weight = split_halves(layer.k.weight, config_.kv_heads);
      layers_.push_back(std::move(layer));
    }
  }

  const DecoderConfig& config() const override { return config_; }
  const Tensor& head() const override { return head_.defined() ? head_ : embedding_; }

  Tensor hidden(const Tensor& ids, const Tensor& positions, Attention& attention) override {
    const Rotation turn = rotation(positions, config_.head_dim, config_.rope_base);
    Tensor x = at::embedding(embedding_, ids);
    for (int i = 0; i < config_.layers; ++i) {
      const Layer& layer = layers_[i];
      const Tensor in = rms_norm(x, layer.attention_norm, config_.norm_eps);
      const Tensor q = heads_of(layer.q.forward(in)), k = heads_of(layer.k.forward(in));
      const Tensor v = heads_of(layer.v.forward(in));
      x = x + layer.o.forward(attention.attend(i, rotate(q, turn), rotate(k, turn), v));
      const Tensor mid = rms_norm(x, layer.ffn_norm, config_.norm_eps);
      x = x + layer.down.forward(at::silu(layer.gate.forward(mid)) * layer.up.forward(mid));
    }
    return rms_norm(x, final_norm_, config_.norm_eps);
  }

  std::vector<NamedTensor> weights() override {
    std::vector<NamedTensor> all{{"model.embed_tokens.weight", &embedding_},
                                 {"model.norm.weight", &final_norm_}};
    if (head_.defined()) all.push_back({"lm_head.weight", &head_});
    for (int i = 0; i < config_.layers; ++i) {
      const std::string prefix = fmt::format("model.layers.{}.", i);
      all.push_back({prefix + "input_layernorm.weight", &layers_[i].attention_norm});
      all.push_back({prefix + "post_attention_layernorm.weight", &layers_[i].ffn_norm});
    }
    for (Linear* linear : linears()) all.push_back({linear->name + ".weight", &linear->weight});
    return all;
  }

  std::string hugging_face_config() const override {
    return nlohmann::json{{"architectures", {"LlamaForCausalLM"}},
                          {"model_type", "llama"},
                          {"vocab_size", config_.vocabulary},
                          {"hidden_size", config_.width},
                          {"intermediate_size", config_.ffn_width},
                          {"num_hidden_layers", config_.layers},
                          {"num_attention_heads", config_.heads},
                          {"num_key_value_heads", config_.kv_heads},
                          {"head_dim", config_.head_dim},
                          {"hidden_act", "silu"},
                          {"max_position_embeddings", config_.context},
                          {"rms_norm_eps", config_.norm_eps},
                          {"rope_theta", config_.rope_base},
                          {"tie_word_embeddings", !head_.defined()},
                          {"torch_dtype", "float32"}}
               .dump(2) +
           "\n";
  }

  std::vector<Linear*> linears() override {
    std::vector<Linear*> all;
    for (Layer& l : layers_) {
      all.insert(all.end(), {&l.q, &l.k, &l.v, &l.o, &l.gate, &l.up, &l.down});
    }
    return all;
  }

 private:
  Tensor heads_of(const Tensor& x) const { return x.view({x.size(0), -1, config_.head_dim}); }

  // GGUF keeps the rows of q and k in pairs (x0, y0, x1, y1, ...) for interleaved rotation; the
  // Hugging Face layout used here has all x before all y within a head.
  static Tensor split_halves(const Tensor& weight, std::int64_t heads) {
    return weight.view({heads, -1, 2, weight.size(1)})
        .transpose(1, 2)
        .reshape({weight.size(0), weight.size(1)})
        .contiguous();
  }

  DecoderConfig config_;
  Tensor embedding_, final_norm_, head_;  // head_ undefined: tied to the embedding
  std::vector<Layer> layers_;
};

int size_of(const WeightSource& source, const std::string& key) {
  const std::int64_t value = source.integer("llama." + key);
  if (value < 1 || value > 10'000'000) {
    throw Error(fmt::format("llama.{} is {}, which no model has", key, value),
                source.path().string(), "the file is damaged: download it again");
  }
  return static_cast<int>(value);
}

DecoderConfig read_config(const WeightSource& source) {
  if (const auto scaling = source.find_text("llama.rope.scaling.type");
      scaling && *scaling != "none") {
    throw Error("rotary scaling \"" + *scaling + "\" is not supported", source.path().string(),
                "use a model without it");
  }
  DecoderConfig config;
  config.architecture = "llama";
  config.layers = size_of(source, "block_count");
  config.width = size_of(source, "embedding_length");
  config.ffn_width = size_of(source, "feed_forward_length");
  config.heads = size_of(source, "attention.head_count");
  config.kv_heads = size_of(source, "attention.head_count_kv");
  config.head_dim = static_cast<int>(
      source.find_integer("llama.attention.key_length").value_or(config.width / config.heads));
  config.context = size_of(source, "context_length");
  config.vocabulary = static_cast<int>(source.tensor("token_embd.weight").shape.front());
  config.rope_base = source.find_number("llama.rope.freq_base").value_or(10000);
  config.norm_eps = source.number("llama.attention.layer_norm_rms_epsilon");
  if (config.heads % config.kv_heads != 0 || config.head_dim < 2 || config.head_dim % 2 != 0) {
    throw Error("the numbers of heads do not fit together", source.path().string(),
                "the file is damaged: download it again");
  }
  return config;
}

}  // namespace

std::unique_ptr<Decoder> load_llama(const WeightSource& source, WeightLoader& weights) {
  return std::make_unique<Llama>(read_config(source), weights);
}

}  // namespace quadrant
