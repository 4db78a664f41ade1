// Rotary positions (Su et al. 2021, arXiv 2104.09864) in the half-split form of Hugging Face.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// The cosines and sines of a batch of positions; each [n, 1, head_dim].
struct Rotation {
  Tensor cosine, sine;
};

// positions: [n], int64. Angles are computed in fp32 as transformers does.
Rotation rotation(const Tensor& positions, int head_dim, double base);

// x: [n, heads, head_dim].
Tensor rotate(const Tensor& x, const Rotation& rotation);

}  // namespace quadrant
