#include "strategies/lm/arch/stack.h"

#include <fmt/format.h>

namespace quadrant {
namespace {

std::string module_name(int layer, const std::string& name) {
  return fmt::format("model.layers.{}.{}", layer, name);
}

}  // namespace

StackedDecoder::StackedDecoder(DecoderConfig config, WeightLoader& load)
    : config_(std::move(config)) {
  const std::int64_t width = config_.width, vocabulary = config_.vocabulary;
  embedding_ = load("model.embed_tokens.weight", {vocabulary, width});
  remember("model.embed_tokens.weight", embedding_);
  final_norm_ = load("model.norm.weight", {width});
  remember("model.norm.weight", final_norm_);
  if (config_.tied) {
    load.ignore("lm_head.weight");  // some files hold the embedding a second time
  } else {
    head_ = load("lm_head.weight", {vocabulary, width});
    remember("lm_head.weight", head_);
  }
}

void StackedDecoder::remember(const std::string& name, Tensor& tensor) {
  tensors_.push_back({name, &tensor});
}

void StackedDecoder::take_norm(WeightLoader& load, int layer, const std::string& name,
                               std::int64_t size, Tensor& to) {
  const std::string full = module_name(layer, name) + ".weight";
  to = load(full, {size});
  remember(full, to);
}

Linear* StackedDecoder::take_linear(WeightLoader& load, int layer, const std::string& name,
                                    std::int64_t out, std::int64_t in, bool biased, Linear& to) {
  to.name = module_name(layer, name);
  to.weight = load(to.name + ".weight", {out, in});
  if (biased) {
    to.bias = load(to.name + ".bias", {out});
    remember(to.name + ".bias", to.bias);
  }
  linears_.push_back(&to);
  return &to;
}

void StackedDecoder::take_attention(WeightLoader& load, int layer, bool biased, SelfAttention& to) {
  const std::int64_t width = config_.width;
  const std::int64_t inner = std::int64_t{config_.heads} * config_.head_dim;
  const std::int64_t kv = std::int64_t{config_.kv_heads} * config_.head_dim;
  together_.push_back({take_linear(load, layer, "self_attn.q_proj", inner, width, biased, to.q),
                       take_linear(load, layer, "self_attn.k_proj", kv, width, biased, to.k),
                       take_linear(load, layer, "self_attn.v_proj", kv, width, biased, to.v)});
  join(together_.back());
  take_linear(load, layer, "self_attn.o_proj", width, inner, false, to.o);
}

void StackedDecoder::take_mlp(WeightLoader& load, int layer, GatedMlp& to) {
  const std::int64_t width = config_.width, ffn = config_.ffn_width;
  together_.push_back({take_linear(load, layer, "mlp.gate_proj", ffn, width, false, to.gate),
                       take_linear(load, layer, "mlp.up_proj", ffn, width, false, to.up)});
  join(together_.back());
  take_linear(load, layer, "mlp.down_proj", width, ffn, false, to.down);
}

std::vector<NamedTensor> StackedDecoder::weights() {
  std::vector<NamedTensor> all = tensors_;
  for (Linear* linear : linears_) all.push_back({linear->name + ".weight", &linear->weight});
  return all;
}

void StackedDecoder::join_weights() {
  for (const auto& group : together_) join(group);
}

}  // namespace quadrant
