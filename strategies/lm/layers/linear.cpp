#include "strategies/lm/layers/linear.h"

namespace quadrant {

Tensor Linear::forward(const Tensor& x) const {
  Tensor y = at::linear(x, weight);
  if (lora) {
    const Tensor input = lora->dropout > 0 ? at::dropout(x, lora->dropout, /*train=*/true) : x;
    y = y.add(at::linear(at::linear(input, lora->a), lora->b), lora->scale);
  }
  return y;
}

Tensor merged_weight(const Tensor& weight, const LoraBranch& lora) {
  return at::addmm(weight, lora.b, lora.a, /*beta=*/1, lora.scale);
}

}  // namespace quadrant
