// RMSNorm (Zhang and Sennrich 2019, arXiv 1910.07467): x / sqrt(mean(x^2) + eps) * weight.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// x: [..., width], weight: [width].
Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps);

}  // namespace quadrant
