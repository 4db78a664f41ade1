#include "strategies/lm/layers/attention.h"

#include <algorithm>

namespace quadrant {
namespace {

constexpr int kQueriesAtOnce = 1024;  // bounds the size of a mask

using Runs = std::vector<std::pair<std::int64_t, std::int64_t>>;

Tensor take(const Tensor& rows, const Runs& runs) {
  if (runs.size() == 1) return rows.narrow(0, runs[0].first, runs[0].second);
  std::vector<Tensor> parts;
  for (const auto& [first, size] : runs) parts.push_back(rows.narrow(0, first, size));
  return at::cat(parts);
}

void append(Runs& runs, std::int64_t first, std::int64_t size) {
  if (!runs.empty() && runs.back().first + runs.back().second == first) {
    runs.back().second += size;
  } else {
    runs.emplace_back(first, size);
  }
}

}  // namespace

TreeAttention::TreeAttention(const TokenTree& tree, const at::Device& device, Listener listener)
    : device_(device), listener_(std::move(listener)) {
  std::vector<Runs> whole(tree.segments.size());  // what the last token of each segment sees
  for (std::size_t s = 0; s < tree.segments.size(); ++s) {
    const auto& segment = tree.segments[s];
    if (segment.parent >= 0) whole[s] = whole[segment.parent];
    for (int done = 0; done < segment.size; done += kQueriesAtOnce) {
      Piece piece;
      piece.size = std::min(kQueriesAtOnce, segment.size - done);
      piece.position = segment.position + done;
      append(whole[s], segment.begin + done, piece.size);
      piece.seen = whole[s];
      sizes_.push_back(piece.size);
      pieces_.push_back(std::move(piece));
    }
  }
}

const Tensor& TreeAttention::mask(Piece& piece, std::int64_t first, int window,
                                  at::ScalarType type) const {
  Tensor& mask = piece.masks[window];
  if (mask.defined()) return mask;
  // Row i is the token at piece.position + i, column j the one at first + j.
  const std::int64_t diagonal = piece.position - first;
  mask = at::full({piece.size, diagonal + piece.size}, kHidden,
                  at::TensorOptions(at::kFloat).device(device_));
  const Tensor late = mask.triu(diagonal + 1);
  mask = (window > 0 ? late + mask.tril(diagonal - window) : late).to(type);
  return mask;
}

// Grouped-query attention without copying keys: the heads of one key head are expanded views of it.
Tensor TreeAttention::attend(Piece& piece, const Tensor& q, const Tensor& k, const Tensor& v,
                             int window) const {
  const std::int64_t rows = q.size(0), heads = q.size(1), dim = q.size(2), kv_heads = k.size(1);
  const std::int64_t first =
      window > 0 ? std::max<std::int64_t>(0, piece.position + 1 - window) : 0;
  const auto in_sight = [&](const Tensor& all) {  // [kv_heads, group, tokens, dim]
    const Tensor seen = take(all, piece.seen);
    return seen.narrow(0, first, seen.size(0) - first)
        .transpose(0, 1)
        .unsqueeze(1)
        .expand({kv_heads, heads / kv_heads, -1, dim});
  };
  const Tensor queries = q.view({rows, kv_heads, -1, dim}).permute({1, 2, 0, 3});
  const bool causal = piece.position == 0 && (window == 0 || window >= rows);
  const Tensor out =
      causal ? at::scaled_dot_product_attention(queries, in_sight(k), in_sight(v), {}, 0, true)
             : at::scaled_dot_product_attention(queries, in_sight(k), in_sight(v),
                                                mask(piece, first, window, q.scalar_type()));
  return out.permute({2, 0, 1, 3}).reshape({rows, heads * dim});
}

Tensor TreeAttention::attend(int /*layer*/, const Tensor& q, const Tensor& k, const Tensor& v,
                             int window) {
  if (listener_) listener_(k, v);
  const auto parts = q.split_with_sizes(sizes_);
  std::vector<Tensor> outputs;
  outputs.reserve(pieces_.size());
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    outputs.push_back(attend(pieces_[p], parts[p], k, v, window));
  }
  return outputs.size() == 1 ? outputs[0] : at::cat(outputs);
}

}  // namespace quadrant
