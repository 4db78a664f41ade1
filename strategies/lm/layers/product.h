// Products with a weight, the bulk of all work: x W^T, by the fastest way there is for the shape.
//
// On a CPU in fp32 oneDNN makes them (through libtorch's fused operator,
// mkldnn::_linear_pointwise), in its own kernels for the instruction set at hand. Measured on an
// AVX-512 EPYC with two cores: 205-215 GFLOP/s where MKL, which at::linear uses, reaches 190, and
// with a packed weight twice MKL's speed for a dozen rows. A single row or a few are bound by
// reading the weight, and take a plain loop.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// x: [n, in], weight: [out, in] -> [n, out].
Tensor product(const Tensor& x, const Tensor& weight);

// The way back: y: [n, out] -> y W, [n, in].
Tensor product_back(const Tensor& y, const Tensor& weight);

// The weight in the order in which oneDNN reads it, for affine(): nothing else can be done with it.
// Itself where oneDNN does not make the products.
Tensor packed(const Tensor& weight);

// x W^T + bias, and that through the exact GELU. bias: [out]. Without gradients.
Tensor affine(const Tensor& x, const Tensor& weight, const Tensor& bias);
Tensor affine_gelu(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace quadrant
