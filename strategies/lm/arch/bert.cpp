#include "strategies/lm/arch/bert.h"

#include <fmt/format.h>

#include "strategies/lm/layers/product.h"

namespace quadrant {

Bert::Bert(const BertConfig& config, const WeightLookup& weight) : config_(config) {
  const std::int64_t width = config.width, ffn = config.ffn_width;
  const auto affine = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    return Affine{weight(name + ".weight", {out, in}), weight(name + ".bias", {out})};
  };
  const auto norm = [&](const std::string& name) {
    return Affine{weight(name + ".weight", {width}), weight(name + ".bias", {width})};
  };
  words_ = weight("embeddings.word_embeddings.weight", {config.vocabulary, width});
  positions_ = weight("embeddings.position_embeddings.weight", {config.positions, width});
  types_ = weight("embeddings.token_type_embeddings.weight", {2, width});
  embedding_norm_ = norm("embeddings.LayerNorm");
  for (int i = 0; i < config.layers; ++i) {
    const std::string prefix = fmt::format("encoder.layer.{}.", i);
    const Affine q = affine(prefix + "attention.self.query", width, width);
    const Affine k = affine(prefix + "attention.self.key", width, width);
    const Affine v = affine(prefix + "attention.self.value", width, width);
    const auto dense = [&](const std::string& name, std::int64_t out, std::int64_t in) {
      const Affine plain = affine(prefix + name, out, in);
      return Affine{packed(plain.weight), plain.bias};
    };
    layers_.push_back(
        {{packed(at::cat({q.weight, k.weight, v.weight})), at::cat({q.bias, k.bias, v.bias})},
         dense("attention.output.dense", width, width),
         dense("intermediate.dense", ffn, width),
         dense("output.dense", width, ffn),
         norm(prefix + "attention.output.LayerNorm"),
         norm(prefix + "output.LayerNorm")});
  }
}

Tensor Bert::normalise(const Tensor& x, const Affine& norm) const {
  return at::layer_norm(x, {config_.width}, norm.weight, norm.bias, config_.norm_eps);
}

Tensor Bert::attend(const Layer& layer, const Tensor& x,
                    const std::vector<std::int64_t>& sizes) const {
  const Tensor qkv = affine(x, layer.qkv.weight, layer.qkv.bias);  // [tokens, 3 * width]
  std::vector<Tensor> outputs;
  std::int64_t begin = 0;
  for (std::size_t first = 0; first < sizes.size();) {
    std::size_t last = first;  // a run of sequences of one length has one attention
    while (last < sizes.size() && sizes[last] == sizes[first]) ++last;
    const auto count = static_cast<std::int64_t>(last - first), length = sizes[first];
    const Tensor heads = qkv.narrow(0, begin, count * length)
                             .view({count, length, 3, config_.heads, -1})
                             .permute({2, 0, 3, 1, 4});  // [3, count, heads, length, dim]
    outputs.push_back(at::scaled_dot_product_attention(heads[0], heads[1], heads[2])
                          .transpose(1, 2)
                          .reshape({count * length, config_.width}));
    begin += count * length;
    first = last;
  }
  return affine(at::cat(outputs), layer.attention_out.weight, layer.attention_out.bias);
}

Tensor Bert::forward(const std::vector<TokenIds>& sequences,
                     const std::vector<std::size_t>& second) const {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> positions, types, sizes;
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    ids.insert(ids.end(), sequences[s].begin(), sequences[s].end());
    sizes.push_back(std::ssize(sequences[s]));
    for (std::size_t i = 0; i < sequences[s].size(); ++i) {
      positions.push_back(static_cast<std::int64_t>(i));
      types.push_back(!second.empty() && i >= second[s] ? 1 : 0);
    }
  }
  const at::Device device = words_.device();
  Tensor x = words_.index_select(0, id_tensor(ids, device)) +
             positions_.index_select(0, index_tensor(positions, device)) +
             (second.empty() ? types_[0] : types_.index_select(0, index_tensor(types, device)));
  x = normalise(x, embedding_norm_);
  for (const Layer& layer : layers_) {
    x = normalise(x + attend(layer, x, sizes), layer.attention_norm);
    const Tensor inner = affine_gelu(x, layer.up.weight, layer.up.bias);
    x = normalise(x + affine(inner, layer.down.weight, layer.down.bias), layer.out_norm);
  }
  return x;
}

}  // namespace quadrant
