#include "strategies/lm/layers/attention.h"

#include <algorithm>

#include "strategies/lm/gpu/same_gradients.h"

namespace quadrant {
namespace {

constexpr int kQueriesAtOnce = 1024;  // bounds the size of a mask
constexpr int kCausalFromTheEnd = 2;  // CustomMaskType of aten/src/ATen/native/transformers

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

bool suits_flash(const Tensor& q) {
  return q.scalar_type() == at::kBFloat16 && q.size(2) % 8 == 0 && q.size(2) <= 256;
}

// [n, kv_heads, dim] -> [1, n, heads, dim], each key head before all the query heads that share it.
Tensor one_a_query_head(const Tensor& k, std::int64_t heads) {
  const std::int64_t rows = k.size(0), kv_heads = k.size(1), dim = k.size(2);
  return k.unsqueeze(2)
      .expand({rows, kv_heads, heads / kv_heads, dim})
      .reshape({1, rows, heads, dim});
}

}  // namespace

TreeAttention::TreeAttention(const TokenTree& tree, const at::Device& device, Listener listener)
    : device_(device), listener_(std::move(listener)) {
  std::vector<Runs> whole(tree.segments.size());  // what the last token of each segment sees
  for (std::size_t s = 0; s < tree.segments.size(); ++s) {
    const auto& segment = tree.segments[s];
    if (segment.parent >= 0) whole[s] = whole[segment.parent];
    const int at_once = device.is_cuda() ? segment.size : kQueriesAtOnce;
    for (int done = 0; done < segment.size; done += at_once) {
      Piece piece;
      piece.size = std::min(at_once, segment.size - done);
      piece.position = segment.position + done;
      append(whole[s], segment.begin + done, piece.size);
      piece.seen = whole[s];
      sizes_.push_back(piece.size);
      pieces_.push_back(std::move(piece));
    }
  }
  if (device.is_cuda()) packed_ = pack();
}

TreeAttention::Packed TreeAttention::pack() const {
  Packed packed;
  std::vector<std::int32_t> query_ends{0}, key_ends{0};
  std::vector<std::int64_t> keys;
  for (const Piece& piece : pieces_) {
    for (const auto& [first, size] : piece.seen) {
      for (std::int64_t i = 0; i < size; ++i) keys.push_back(first + i);
    }
    const auto seen = std::ssize(keys) - key_ends.back();
    query_ends.push_back(query_ends.back() + static_cast<std::int32_t>(piece.size));
    key_ends.push_back(static_cast<std::int32_t>(keys.size()));
    packed.longest_query = std::max(packed.longest_query, piece.size);
    packed.longest_key = std::max(packed.longest_key, seen);
  }
  const auto ends = [&](const std::vector<std::int32_t>& values) {
    return at::tensor(at::ArrayRef<std::int32_t>(values), at::kInt).to(device_);
  };
  packed.query_ends = ends(query_ends);
  packed.key_ends = ends(key_ends);
  if (std::ssize(keys) > query_ends.back()) {
    packed.keys = gather_of(keys, query_ends.back(), device_);
  }
  return packed;
}

// The gradients of libtorch 2.11's memory-efficient attention forget the window (its values do
// not).
bool TreeAttention::can_attend_packed(const Tensor& q, int window) const {
  return suits_flash(q) || window == 0 || !at::GradMode::is_enabled();
}

Tensor TreeAttention::attend_packed(const Tensor& q, const Tensor& k, const Tensor& v,
                                    int window) const {
  const std::int64_t heads = q.size(1), dim = q.size(2);
  const auto in_sight = [&](const Tensor& all) {
    if (!packed_->keys) return all;
    return gather(all.reshape({all.size(0), -1}), *packed_->keys)
        .view({-1, all.size(1), all.size(2)});
  };
  const Tensor keys = in_sight(k), values = in_sight(v);
  const auto if_windowed = [&](std::int64_t size) {
    return window > 0 ? std::optional(size) : std::nullopt;
  };
  Tensor out;
  if (suits_flash(q)) {
    out = std::get<0>(at::_flash_attention_forward(
        q, keys, values, packed_->query_ends, packed_->key_ends, packed_->longest_query,
        packed_->longest_key, /*dropout_p=*/0, /*is_causal=*/true, /*return_debug_mask=*/false,
        /*scale=*/std::nullopt, if_windowed(window - 1), if_windowed(0)));
  } else {
    out = std::get<0>(at::_efficient_attention_forward(
        q.unsqueeze(0), one_a_query_head(keys, heads), one_a_query_head(values, heads),
        /*bias=*/{}, packed_->query_ends, packed_->key_ends, packed_->longest_query,
        packed_->longest_key, /*dropout_p=*/0, kCausalFromTheEnd,
        /*compute_log_sumexp=*/at::GradMode::is_enabled(), /*scale=*/std::nullopt,
        /*seqlen_k=*/{}, if_windowed(window)));
  }
  return out.reshape({q.size(0), heads * dim});
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
  if (!packed_) return attend_pieces(q, k, v, window);
  if (window >= packed_->longest_key) window = 0;
  const auto step = [&](const Tensor& q, const Tensor& k, const Tensor& v) {
    return can_attend_packed(q, window) ? attend_packed(q, k, v, window)
                                        : attend_pieces(q, k, v, window);
  };
  return with_same_gradients(q, k, v, step);
}

Tensor TreeAttention::attend_pieces(const Tensor& q, const Tensor& k, const Tensor& v, int window) {
  const auto parts = q.split_with_sizes(sizes_);
  std::vector<Tensor> outputs;
  outputs.reserve(pieces_.size());
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    outputs.push_back(attend(pieces_[p], parts[p], k, v, window));
  }
  return outputs.size() == 1 ? outputs[0] : at::cat(outputs);
}

}  // namespace quadrant
