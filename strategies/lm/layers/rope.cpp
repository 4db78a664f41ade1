#include "strategies/lm/layers/rope.h"

namespace quadrant {

Rotation rotation(const Tensor& positions, int head_dim, double base) {
  const auto options = at::TensorOptions(at::kFloat).device(positions.device());
  const Tensor exponent = at::arange(0, head_dim, 2, options).div(head_dim);
  const Tensor frequency = at::pow(base, exponent).reciprocal();
  const Tensor angle = at::outer(positions.to(at::kFloat), frequency);  // [n, head_dim / 2]
  const Tensor full = at::cat({angle, angle}, 1).unsqueeze(1);
  return {full.cos(), full.sin()};
}

Tensor rotate(const Tensor& x, const Rotation& rotation) {
  const auto halves = x.chunk(2, -1);
  const Tensor turned = at::cat({halves[1].neg(), halves[0]}, -1);
  return x * rotation.cosine + turned * rotation.sine;
}

}  // namespace quadrant
