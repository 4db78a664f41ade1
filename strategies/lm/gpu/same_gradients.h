// Gradients that come out the same every time, on a GPU too.
#pragma once

#include <functional>

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// Attention on a GPU, with libtorch's deterministic kernels behind its gradients, which else add up
// in the order in which they finish. On for the whole program (setDeterministicAlgorithms of
// at::Context) they would cost more: libtorch 2.11 then asks for an environment variable that it
// parses anew for every product, 60 us each. cuBLAS itself repeats bit for bit on one stream.
// `attend` must not multiply by cuBLAS.
using AttentionStep = std::function<Tensor(const Tensor& q, const Tensor& k, const Tensor& v)>;
Tensor with_same_gradients(const Tensor& q, const Tensor& k, const Tensor& v,
                           const AttentionStep& attend);

}  // namespace quadrant
