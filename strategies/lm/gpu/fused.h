// What a decoder does between its products, and its cross-entropy, as one CUDA kernel each
// (kernels.cu), with gradients: libtorch makes several passes over memory of each, and on a GPU
// these steps wait for memory. The places that use them (layers/) hold libtorch's form too.
#pragma once

#include "strategies/lm/layers/gather.h"
#include "strategies/lm/layers/tensor.h"

namespace quadrant {

enum class Fused { kNorm, kRotation, kSiluGate, kGeluGate, kGather, kCrossEntropy };

// Whether the kernel takes `x` (on a GPU; float32 or bfloat16) and works there: before its first
// use it is compared, values and gradients, with what libtorch makes of random numbers. When they
// differ: one warning to stderr, and false from then on.
bool can_fuse(Fused kernel, const Tensor& x);

// While one lives, can_fuse() is false on its thread: libtorch's form, to compare with.
class WithoutFusing {
 public:
  WithoutFusing();
  ~WithoutFusing();
  WithoutFusing(const WithoutFusing&) = delete;
  WithoutFusing& operator=(const WithoutFusing&) = delete;
};

// Call these only where can_fuse().

// As layers/norm.h has it. x: [..., width]; weight: float32 [width].
Tensor fused_norm(const Tensor& x, const Tensor& weight, double eps);

// As layers/rope.h has it. x: [n, heads, dim]; cosine, sine: float32 [n, 1, dim], two equal halves.
Tensor fused_rotation(const Tensor& x, const Tensor& cosine, const Tensor& sine);

// act(gate) * up. Both: [n, width].
Tensor fused_gate(Fused act, const Tensor& gate, const Tensor& up);

// As layers/gather.h has it. x: [n, width].
Tensor fused_gather(const Tensor& x, const Gather& from);

// As layers/cross_entropy.h has it: overwrites the logits by their gradient.
Tensor fused_cross_entropy(Tensor& logits, const Tensor& targets, const Tensor& weights);

}  // namespace quadrant
