#include "strategies/lm/layers/cache.h"

#include <algorithm>
#include <cmath>

namespace quadrant {
namespace {

constexpr int kLeastShared =
    16;  // tokens; for fewer, a product of their own costs more than copies

// q: [b, h, n, d]; k, v: [b, h, m, d]; mask broadcasts to [b, h, n, m]. Returns the output, and the
// logarithm of the sum of exponentials of the scores, [b, h, n].
std::pair<Tensor, Tensor> attention_with_sum(const Tensor& q, const Tensor& k, const Tensor& v,
                                             const Tensor& mask) {
  const std::optional<Tensor> added = mask.defined() ? std::optional(mask) : std::nullopt;
  if (q.is_cpu()) {
    auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0, false, added);
    return {out, lse};
  }
  Tensor scores = at::matmul(q, k.transpose(-1, -2)).to(at::kFloat) /
                  std::sqrt(static_cast<double>(q.size(-1)));
  if (added) scores = scores + mask;
  const Tensor lse = scores.logsumexp(-1);
  return {at::matmul((scores - lse.unsqueeze(-1)).exp().to(v.scalar_type()), v), lse};
}

// Which segments become blocks: those that several rows share, from the root on.
std::vector<std::size_t> shared_segments(const TokenTree& tree) {
  std::vector<std::size_t> shared;
  std::vector<bool> is_shared(tree.segments.size(), false);
  for (std::size_t s = 0; s < tree.segments.size(); ++s) {
    const auto& segment = tree.segments[s];
    is_shared[s] = segment.last - segment.first > 1 && segment.size >= kLeastShared &&
                   (segment.parent < 0 || is_shared[segment.parent]);
    if (is_shared[s]) shared.push_back(s);
  }
  return shared;
}

}  // namespace

CachedAttention::CachedAttention(const TokenTree& tree, int new_tokens) {
  const auto rows = static_cast<std::int64_t>(tree.order.size());
  std::vector<std::int64_t> begin(rows, 0);  // of each row's own tokens in its path
  for (const std::size_t s : shared_segments(tree)) {
    const auto& segment = tree.segments[s];
    blocks_.push_back(
        {segment.first, segment.last, segment.begin, segment.position, segment.size, {}, {}, {}});
    for (int r = segment.first; r < segment.last; ++r) begin[r] = segment.position + segment.size;
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    positions_.push_back(std::ssize(tree.paths[tree.order[r]]));
    used_ = std::max(used_, positions_[r] - begin[r]);
  }
  columns_ = used_ + new_tokens;
  own_.assign(rows * used_, 0);  // padding copies token 0; it is masked
  const Tensor mask = at::zeros({rows, 1, 1, columns_}, at::kFloat);
  bool padded = false;
  for (std::int64_t r = 0; r < rows; ++r) {
    const auto& path = tree.paths[tree.order[r]];
    const std::int64_t padding = used_ - (positions_[r] - begin[r]);
    std::copy(path.begin() + begin[r], path.end(), own_.begin() + r * used_ + padding);
    mask[r].narrow(-1, 0, padding).fill_(kHidden);
    padded = padded || padding > 0;
  }
  if (padded) mask_ = mask;
}

void CachedAttention::add_layer(const Tensor& keys, const Tensor& values) {
  for (Block& block : blocks_) {
    const auto part = [&](const Tensor& all) {
      return all.narrow(0, block.begin, block.size).transpose(0, 1).contiguous().unsqueeze(0);
    };
    block.keys.push_back(part(keys));
    block.values.push_back(part(values));
  }
  const auto rows = std::ssize(positions_);
  const Tensor own = index_tensor(own_, keys.device());
  const auto columns = [&](const Tensor& all) {
    Tensor cache = all.new_empty({rows, all.size(1), columns_, all.size(2)});
    cache.narrow(2, 0, used_)
        .copy_(
            all.index_select(0, own).view({rows, used_, all.size(1), all.size(2)}).transpose(1, 2));
    return cache;
  };
  keys_.push_back(columns(keys));
  values_.push_back(columns(values));
  if (mask_.defined()) mask_ = mask_.to(keys.options());
}

void CachedAttention::begin_token() {
  for (Block& block : blocks_) block.masks.clear();
  if (fixed_) fixed_->masks.clear();
}

Tensor CachedAttention::attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v,
                               int window) {
  std::int64_t first = 0, size = keys_[layer].size(2);
  if (fixed_) {
    keys_[layer].index_copy_(2, fixed_->column, k.unsqueeze(2));
    values_[layer].index_copy_(2, fixed_->column, v.unsqueeze(2));
  } else {
    keys_[layer].select(2, used_).copy_(k);
    values_[layer].select(2, used_).copy_(v);
    first = window > 0 ? std::max<std::int64_t>(0, used_ + 1 - window) : 0;
    size = used_ + 1 - first;
  }
  const auto in_sight = [&](const Tensor& all, int dim) { return all.narrow(dim, first, size); };
  const std::int64_t rows = q.size(0);
  const Tensor queries = q.view({rows, k.size(1), -1, q.size(2)});
  const Tensor mask = fixed_ ? fixed_mask(window) : mask_.defined() ? in_sight(mask_, 3) : Tensor();
  const Tensor keys = in_sight(keys_[layer], 2), values = in_sight(values_[layer], 2);
  if (blocks_.empty()) {
    const std::optional<Tensor> added = mask.defined() ? std::optional(mask) : std::nullopt;
    return at::scaled_dot_product_attention(queries, keys, values, added).reshape({rows, -1});
  }
  auto [out, lse] = attention_with_sum(queries, keys, values, mask);
  for (Block& block : blocks_) {
    if (block.first == block.last) continue;
    const Part part = attend_block(block, layer, queries, window);
    if (!part.out.defined()) continue;
    Tensor old_out = out.narrow(0, block.first, block.last - block.first);
    Tensor old_lse = lse.narrow(0, block.first, block.last - block.first);
    const Tensor sum = at::logaddexp(old_lse, part.lse);
    old_out.mul_((old_lse - sum).exp().unsqueeze(-1))
        .add_(part.out * (part.lse - sum).exp().unsqueeze(-1));
    old_lse.copy_(sum);
  }
  return out.reshape({rows, -1});
}

CachedAttention::Part CachedAttention::attend_block(Block& block, int layer, const Tensor& q,
                                                    int window) {
  const std::int64_t kv_heads = q.size(1), group = q.size(2), dim = q.size(3);
  const std::int64_t rows = block.last - block.first;
  const auto range = std::span(positions_).subspan(block.first, rows);
  // The last token of the block is the first to be seen, by the row that is least far from it.
  const std::int64_t distance =
      *std::min_element(range.begin(), range.end()) - (block.position + block.size - 1);
  if (window > 0 && distance >= window && !fixed_) return {};
  Tensor mask = block_mask(block, window);
  if (mask.defined())
    mask = mask.repeat_interleave(group, 0).view({1, 1, rows * group, block.size});
  const Tensor queries =
      q.narrow(0, block.first, rows).transpose(0, 1).reshape({1, kv_heads, rows * group, dim});
  const auto [out, lse] = attention_with_sum(queries, block.keys[layer], block.values[layer], mask);
  return {out.view({kv_heads, rows, group, dim}).transpose(0, 1),
          lse.view({kv_heads, rows, group}).transpose(0, 1)};
}

Tensor CachedAttention::block_mask(Block& block, int window) const {
  const auto range = std::span(positions_).subspan(block.first, block.last - block.first);
  const std::int64_t farthest = *std::max_element(range.begin(), range.end());
  if (window == 0 || (farthest - block.position < window && !fixed_)) return {};
  Tensor& mask = block.masks[window];
  if (!mask.defined()) {
    const at::Device device = block.keys.front().device();
    const Tensor positions = fixed_ ? fixed_->positions.narrow(0, block.first, std::ssize(range))
                                    : index_tensor({range.begin(), range.end()}, device);
    const Tensor present = positions.unsqueeze(1);
    const Tensor tokens =
        at::arange(block.position, block.position + block.size, present.options());
    mask = at::zeros({present.size(0), block.size}, block.keys.front().options())
               .masked_fill(present - tokens >= window, kHidden);
  }
  return mask;
}

void CachedAttention::fix_shapes() {
  const at::Device device = keys_.front().device();
  fixed_ = Fixed{index_tensor({used_}, device), index_tensor(positions_, device), {}};
  // A mask hides numbers, but not a NaN that the memory of columns to come may hold.
  for (Tensor& k : keys_) k.narrow(2, used_, room()).zero_();
  for (Tensor& v : values_) v.narrow(2, used_, room()).zero_();
}

const Tensor& CachedAttention::fixed_mask(int window) {
  Tensor& mask = fixed_->masks[window];
  if (mask.defined()) return mask;
  const Tensor columns = at::arange(columns_, fixed_->column.options());
  Tensor hidden = columns > fixed_->column;
  if (window > 0) hidden = hidden.logical_or(columns <= fixed_->column - window);
  mask =
      at::zeros({1, 1, 1, columns.size(0)}, keys_.front().options()).masked_fill(hidden, kHidden);
  if (mask_.defined()) mask = mask + mask_;
  return mask;
}

void CachedAttention::next_token() {
  ++used_;
  for (std::int64_t& position : positions_) ++position;
  if (!fixed_) return;
  fixed_->column.add_(1);
  fixed_->positions.add_(1);
}

void CachedAttention::keep_rows(const std::vector<std::int64_t>& rows) {
  const Tensor index = index_tensor(rows, keys_.front().device());
  for (Tensor& k : keys_) k = k.index_select(0, index);
  for (Tensor& v : values_) v = v.index_select(0, index);
  if (mask_.defined()) mask_ = mask_.index_select(0, index);
  std::vector<std::int64_t> positions;
  for (const std::int64_t row : rows) positions.push_back(positions_[row]);
  positions_ = std::move(positions);
  for (Block& block : blocks_) {
    const auto staying = [&](std::int64_t row) {
      return std::lower_bound(rows.begin(), rows.end(), row) - rows.begin();
    };
    block.first = staying(block.first);
    block.last = staying(block.last);
  }
  fixed_.reset();
}

}  // namespace quadrant
