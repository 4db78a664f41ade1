#include "strategies/tuning/shares.h"

#include <algorithm>

namespace quadrant {
namespace {

constexpr std::int64_t kPiece = 1 << 22;  // elements: 16 MB

void copy_into(const std::vector<Tensor>& views, const Tensor& piece) {
  std::int64_t at = 0;
  for (const Tensor& view : views) {
    view.copy_(piece.slice(0, at, at + view.numel()));
    at += view.numel();
  }
}

}  // namespace

Shares::Shares(const std::vector<Tensor>& parameters, Ranks& ranks) : ranks_(ranks) {
  begins_.push_back(0);
  for (const Tensor& parameter : parameters) {
    shapes_.push_back(parameter.sizes().vec());
    begins_.push_back(begins_.back() + parameter.numel());
  }
}

Shares::Range Shares::share(int rank) const {
  const std::int64_t all = begins_.back(), ranks = ranks_.size();
  return {all * rank / ranks, all * (rank + 1) / ranks};
}

Tensor Shares::mine(std::size_t index, const Tensor& tensor) const {
  const Range share = this->share(ranks_.rank());
  const std::int64_t begin = begins_[index], end = begins_[index + 1];
  const std::int64_t from = std::clamp(share.begin, begin, end);
  const std::int64_t to = std::clamp(share.end, begin, end);
  if (from == begin && to == end) return tensor;
  return tensor.view(-1).slice(0, from - begin, to - begin);
}

void Shares::for_each_piece(
    std::size_t first, const std::vector<Tensor>& tensors,
    const std::function<void(int owner, const std::vector<Tensor>& views)>& visit) const {
  const std::int64_t begin = begins_[first], end = begins_[first + tensors.size()];
  for (int owner = 0; owner < ranks_.size(); ++owner) {
    const std::int64_t last = std::min(share(owner).end, end);
    for (std::int64_t from = std::max(share(owner).begin, begin); from < last; from += kPiece) {
      const std::int64_t to = std::min(from + kPiece, last);
      std::vector<Tensor> views;
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        const std::int64_t start = begins_[first + i], stop = begins_[first + i + 1];
        if (start >= to || stop <= from) continue;
        views.push_back(tensors[i].view(-1).slice(0, std::max(from, start) - start,
                                                  std::min(to, stop) - start));
      }
      visit(owner, views);
    }
  }
}

void Shares::sum(const std::vector<Tensor>& tensors) const {
  if (ranks_.size() == 1) return;
  for_each_piece(0, tensors, [&](int owner, const std::vector<Tensor>& views) {
    Tensor piece = at::cat(views);
    ranks_.sum_to(owner, piece);
    if (owner == ranks_.rank()) copy_into(views, piece);
  });
}

void Shares::collect(const std::vector<Tensor>& tensors, std::size_t first) const {
  if (ranks_.size() == 1) return;
  for_each_piece(first, tensors, [&](int owner, const std::vector<Tensor>& views) {
    Tensor piece = at::cat(views);
    ranks_.copy_from(owner, piece);
    if (owner != ranks_.rank()) copy_into(views, piece);
  });
}

Tensor Shares::whole(std::size_t index, const Tensor& mine) const {
  if (ranks_.size() == 1) return mine;
  const Tensor tensor = at::empty(shapes_[index], mine.options());
  this->mine(index, tensor).copy_(mine);
  collect({tensor}, index);
  return tensor;
}

}  // namespace quadrant
