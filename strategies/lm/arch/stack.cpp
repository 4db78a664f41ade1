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

void StackedDecoder::take_linears(WeightLoader& load, int layer, std::int64_t in, bool biased,
                                  const std::vector<Wanted>& group) {
  std::int64_t rows = 0, row = 0;
  for (const Wanted& wanted : group) rows += wanted.out;
  const Tensor whole = at::empty({rows, in}, embedding_.options());
  together_.emplace_back();
  for (const Wanted& wanted : group) {
    Linear& linear = *wanted.to;
    linear.name = module_name(layer, wanted.name);
    linear.weight = whole.narrow(0, row, wanted.out);
    load.into(linear.name + ".weight", linear.weight);
    row += wanted.out;
    if (biased) {
      linear.bias = load(linear.name + ".bias", {wanted.out});
      remember(linear.name + ".bias", linear.bias);
    }
    linears_.push_back(&linear);
    together_.back().push_back(&linear);
  }
}

void StackedDecoder::take_attention(WeightLoader& load, int layer, bool biased, SelfAttention& to) {
  const std::int64_t width = config_.width;
  const std::int64_t inner = std::int64_t{config_.heads} * config_.head_dim;
  const std::int64_t kv = std::int64_t{config_.kv_heads} * config_.head_dim;
  take_linears(load, layer, width, biased,
               {{&to.q, "self_attn.q_proj", inner},
                {&to.k, "self_attn.k_proj", kv},
                {&to.v, "self_attn.v_proj", kv}});
  take_linears(load, layer, inner, false, {{&to.o, "self_attn.o_proj", width}});
}

void StackedDecoder::take_mlp(WeightLoader& load, int layer, GatedMlp& to) {
  const std::int64_t width = config_.width, ffn = config_.ffn_width;
  take_linears(load, layer, width, false,
               {{&to.gate, "mlp.gate_proj", ffn}, {&to.up, "mlp.up_proj", ffn}});
  take_linears(load, layer, ffn, false, {{&to.down, "mlp.down_proj", width}});
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
