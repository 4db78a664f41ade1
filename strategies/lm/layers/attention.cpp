#include "strategies/lm/layers/attention.h"

#include <algorithm>

namespace quadrant {
namespace {

// Added to the attention scores of what a row must not see. Finite, so that a row of nothing but
// padding stays a number.
constexpr double kHidden = -1e30;

// Grouped-query attention without copying keys: the query heads that share a key head become
// further query rows. q: [b, n, heads, d]; k, v: [b, kv_heads, m, d]; mask broadcasts to
// [b, 1, n, m]. Returns [b, n, heads * d].
Tensor grouped_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask) {
  const auto batch = q.size(0), rows = q.size(1), heads = q.size(2), dim = q.size(3);
  const auto kv_heads = k.size(1), group = heads / kv_heads;
  const Tensor folded = q.view({batch, rows, kv_heads, group, dim})
                            .permute({0, 2, 3, 1, 4})
                            .reshape({batch, kv_heads, group * rows, dim});
  const Tensor repeated = group == 1 || rows == 1 ? mask : mask.repeat({1, 1, group, 1});
  const Tensor out = at::scaled_dot_product_attention(folded, k, v, repeated);
  return out.view({batch, kv_heads, group, rows, dim})
      .permute({0, 3, 1, 2, 4})
      .reshape({batch, rows, heads * dim});
}

}  // namespace

TreeAttention::TreeAttention(const TokenTree& tree, const at::Device& device) {
  for (std::size_t s = 0; s < tree.segments.size(); ++s) {
    const auto& segment = tree.segments[s];
    sizes_.push_back(segment.size);
    Piece piece;
    for (int at = static_cast<int>(s); at >= 0; at = tree.segments[at].parent) {
      piece.chain.push_back(at);
    }
    std::reverse(piece.chain.begin(), piece.chain.end());
    // Row i sees the segment.position tokens before this segment, and i + 1 of its own.
    piece.mask = at::full({1, 1, segment.size, segment.position + segment.size}, kHidden,
                          at::TensorOptions(at::kFloat).device(device))
                     .triu(segment.position + 1);
    pieces_.push_back(std::move(piece));
  }
}

Tensor TreeAttention::attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v) {
  if (keep_) {
    keys_.resize(std::max<std::size_t>(keys_.size(), layer + 1));
    values_.resize(keys_.size());
    keys_[layer] = k;
    values_[layer] = v;
  }
  const auto q_parts = q.split_with_sizes(sizes_);
  const auto k_parts = k.split_with_sizes(sizes_), v_parts = v.split_with_sizes(sizes_);
  std::vector<Tensor> outputs;
  outputs.reserve(pieces_.size());
  for (std::size_t s = 0; s < pieces_.size(); ++s) {
    std::vector<Tensor> keys, values;
    for (const int segment : pieces_[s].chain) {
      keys.push_back(k_parts[segment]);
      values.push_back(v_parts[segment]);
    }
    const Tensor key = keys.size() == 1 ? keys[0] : at::cat(keys);
    const Tensor value = values.size() == 1 ? values[0] : at::cat(values);
    outputs.push_back(grouped_attention(q_parts[s].unsqueeze(0), key.transpose(0, 1).unsqueeze(0),
                                        value.transpose(0, 1).unsqueeze(0), pieces_[s].mask)
                          .squeeze(0));
  }
  return at::cat(outputs);
}

CachedAttention::CachedAttention(const TreeAttention& prefill,
                                 const std::vector<std::vector<std::int64_t>>& paths,
                                 int new_tokens) {
  const auto rows = static_cast<std::int64_t>(paths.size());
  for (const auto& path : paths) used_ = std::max(used_, static_cast<std::int64_t>(path.size()));
  const std::int64_t columns = used_ + new_tokens;
  std::vector<std::int64_t> source(rows * used_, 0);  // padding copies token 0; it is masked
  const at::Device device = prefill.keys().front().device();
  mask_ = at::zeros({rows, 1, 1, columns}, at::TensorOptions(at::kFloat).device(device));
  for (std::int64_t r = 0; r < rows; ++r) {
    const auto padding = used_ - static_cast<std::int64_t>(paths[r].size());
    std::copy(paths[r].begin(), paths[r].end(), source.begin() + r * used_ + padding);
    mask_[r].slice(-1, 0, padding).fill_(kHidden);
  }
  const Tensor gather = index_tensor(source, device);
  const auto build = [&](const Tensor& kept) {
    Tensor cache = kept.new_empty({rows, kept.size(1), columns, kept.size(2)});
    cache.slice(2, 0, used_)
        .copy_(kept.index_select(0, gather)
                   .view({rows, used_, kept.size(1), kept.size(2)})
                   .transpose(1, 2));
    return cache;
  };
  for (const Tensor& k : prefill.keys()) keys_.push_back(build(k));
  for (const Tensor& v : prefill.values()) values_.push_back(build(v));
}

Tensor CachedAttention::attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v) {
  keys_[layer].select(2, used_).copy_(k);
  values_[layer].select(2, used_).copy_(v);
  return grouped_attention(q.unsqueeze(1), keys_[layer].slice(2, 0, used_ + 1),
                           values_[layer].slice(2, 0, used_ + 1), mask_.slice(3, 0, used_ + 1))
      .squeeze(1);
}

void CachedAttention::keep_rows(const std::vector<std::int64_t>& rows) {
  const Tensor index = index_tensor(rows, mask_.device());
  for (Tensor& k : keys_) k = k.index_select(0, index);
  for (Tensor& v : values_) v = v.index_select(0, index);
  mask_ = mask_.index_select(0, index);
}

}  // namespace quadrant
