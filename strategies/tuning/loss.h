// Output head and cross-entropy in one step that never holds [tokens, vocabulary].
//
// For each block of rows the logits are made, turned into their own gradient, and thrown away:
// forward computes the loss and, while at it, the gradients of hidden states and head.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// hidden: [n, width]; head: [vocabulary, width]; targets: [n] int64; weights: [n] float.
// Returns the scalar sum of weights[i] * -log p(targets[i] | hidden[i]). Gradients flow into
// hidden, and into head when it requires them.
Tensor head_cross_entropy(const Tensor& hidden, const Tensor& head, const Tensor& targets,
                          const Tensor& weights);

}  // namespace quadrant
