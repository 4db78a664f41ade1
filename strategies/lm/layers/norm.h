// RMSNorm (Zhang and Sennrich 2019, arXiv 1910.07467): x / sqrt(mean(x^2) + eps) * weight.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// x: [n, width], weight: [width].
inline Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  return at::rms_norm(x, weight.sizes(), weight, eps);
}

}  // namespace quadrant
