#include "strategies/lm/layers/rope.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "harness/core/error.h"
#include "strategies/lm/gpu/fused.h"

namespace quadrant {
namespace {

// Frequencies whose wave is short against the original context stay, long ones are divided by the
// factor, those between are mixed.
Tensor llama3_frequencies(const Tensor& plain, const RopeConfig& config) {
  const Tensor length = (2 * std::numbers::pi) / plain;
  const Tensor share = (config.original_context / length - config.low_freq_factor) /
                       (config.high_freq_factor - config.low_freq_factor);
  const Tensor smooth = share.clamp(0, 1);
  return (1 - smooth) * plain / config.factor + smooth * plain;
}

// YaRN (Peng et al. 2023, arXiv 2309.00071), "NTK by parts".
Tensor yarn_frequencies(const Tensor& plain, const RopeConfig& config, int head_dim) {
  const auto dimension_of = [&](double rotations) {
    return head_dim * std::log(config.original_context / (rotations * 2 * std::numbers::pi)) /
           (2 * std::log(config.base));
  };
  double low = dimension_of(config.beta_fast), high = dimension_of(config.beta_slow);
  if (config.truncate) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0);
  high = std::min(high, head_dim - 1.0);
  if (low == high) high += 0.001;
  const Tensor ramp =
      (at::arange(plain.size(0), plain.options()) - low).div(high - low).clamp(0, 1);
  return plain / config.factor * ramp + plain * (1 - ramp);
}

Tensor rotate_in_one_pass(const Tensor& x, const Rotation& rotation) {
  const std::int64_t rows = x.size(0), heads = x.size(1), dim = x.size(2), half = dim / 2;
  Tensor out = at::empty({rows, heads, dim}, x.options());
  const auto* from = x.const_data_ptr<float>();
  const auto* cosines = rotation.cosine.const_data_ptr<float>();
  const auto* sines = rotation.sine.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<float>();
  const std::int64_t grain = kValuesATask / (heads * dim) + 1;
  at::parallel_for(0, rows, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const float *c = cosines + row * dim, *s = sines + row * dim;
      for (std::int64_t head = 0; head < heads; ++head) {
        const float* a = from + row * x.stride(0) + head * x.stride(1);
        float* b = to + (row * heads + head) * dim;
        for (std::int64_t i = 0; i < half; ++i) {
          b[i] = a[i] * c[i] - a[i + half] * s[i];
          b[i + half] = a[i + half] * c[i + half] + a[i] * s[i + half];
        }
      }
    }
  });
  return out;
}

}  // namespace

Tensor rope_frequencies(const RopeConfig& config, int head_dim, const at::Device& device) {
  const auto options = at::TensorOptions(at::kFloat).device(device);
  const Tensor exponent = at::arange(0, head_dim, 2, options).div(head_dim);
  const Tensor plain = at::pow(config.base, exponent).reciprocal();
  if (config.type == "linear") return plain / config.factor;
  if (config.type == "llama3") return llama3_frequencies(plain, config);
  if (config.type == "yarn") return yarn_frequencies(plain, config, head_dim);
  QUADRANT_CHECK(config.type == "default");
  return plain;
}

Rotation rotation(const Tensor& positions, const Tensor& frequencies, double magnitude) {
  const Tensor angle = at::outer(positions.to(at::kFloat), frequencies);  // [n, head_dim / 2]
  const Tensor full = at::cat({angle, angle}, 1).unsqueeze(1);
  if (magnitude == 1) return {full.cos(), full.sin()};
  return {full.cos() * magnitude, full.sin() * magnitude};
}

Tensor rotate(const Tensor& x, const Rotation& rotation) {
  if (can_fuse(Fused::kRotation, x)) return fused_rotation(x, rotation.cosine, rotation.sine);
  if (takes_one_pass(x) && x.stride(2) == 1) return rotate_in_one_pass(x, rotation);
  const auto halves = x.chunk(2, -1);
  const Tensor turned = at::cat({halves[1].neg(), halves[0]}, -1);
  return (x * rotation.cosine + turned * rotation.sine).to(x.scalar_type());
}

}  // namespace quadrant
