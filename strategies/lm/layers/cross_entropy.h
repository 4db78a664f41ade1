// Cross-entropy of rows of logits together with its gradient, in the memory of the logits.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// logits: [rows, vocabulary], contiguous; targets: [rows], int64; weights: [rows], float32.
// Returns weights * (logsumexp(logits) - logits[target]), float32 [rows]; the logits become the
// gradient of the sum of that, weights * (softmax(logits) - one-hot).
Tensor cross_entropy_in_place(Tensor& logits, const Tensor& targets, const Tensor& weights);

}  // namespace quadrant
