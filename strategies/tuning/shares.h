// Which part of the parameters a rank updates: ZeRO-1 (Rajbhandari et al. 2020, arXiv 1910.02054).
//
// The parameters, laid end to end, are cut into as many equal shares as there are ranks. A rank
// holds the optimizer's state of its own share alone, and gets the sums of its gradients alone;
// after a step it hands its new values to the others. What is sent goes in pieces, so that no rank
// holds all gradients or values a second time.
#pragma once

#include <functional>
#include <vector>

#include "strategies/lm/layers/tensor.h"
#include "strategies/tuning/ranks.h"

namespace quadrant {

class Shares {
 public:
  // Only the shapes of the parameters are kept; `ranks` must live longer.
  Shares(const std::vector<Tensor>& parameters, Ranks& ranks);

  // What of a tensor like parameter `index` is in this rank's share: the tensor itself when all of
  // it is, else a flat view of its part, which may be empty.
  Tensor mine(std::size_t index, const Tensor& tensor) const;

  // All ranks call these. Tensors are contiguous.
  void sum(const std::vector<Tensor>& tensors) const;  // my parts become the sums over all ranks
  // The others' parts become what they hold. The tensors are like the parameters from `first` on.
  void collect(const std::vector<Tensor>& tensors, std::size_t first = 0) const;
  // The whole tensor like parameter `index` of which each rank gives its part.
  Tensor whole(std::size_t index, const Tensor& mine) const;

  Ranks& ranks() const { return ranks_; }

 private:
  struct Range {
    std::int64_t begin = 0, end = 0;  // of the elements of all parameters
  };
  Range share(int rank) const;
  // `visit(owner, views)` for each piece of the tensors, which are like the parameters from `first`
  // on: flat views of what lies in the piece, and the rank whose share it is in.
  void for_each_piece(
      std::size_t first, const std::vector<Tensor>& tensors,
      const std::function<void(int owner, const std::vector<Tensor>& views)>& visit) const;

  std::vector<std::vector<std::int64_t>> shapes_;
  std::vector<std::int64_t> begins_;  // of each parameter, and the end of the last
  Ranks& ranks_;
};

}  // namespace quadrant
