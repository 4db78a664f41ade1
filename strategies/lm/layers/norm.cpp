#include "strategies/lm/layers/norm.h"

#include <ATen/Parallel.h>

#include <array>
#include <cmath>

#include "strategies/lm/gpu/fused.h"

namespace quadrant {
namespace {

// Sixteen sums side by side: without them the compiler must add one number after the other.
float sum_of_squares(const float* x, std::int64_t width) {
  std::array<float, 16> sums{};
  std::int64_t i = 0;
  for (; i + 16 <= width; i += 16) {
    for (int lane = 0; lane < 16; ++lane) sums[lane] += x[i + lane] * x[i + lane];
  }
  for (; i < width; ++i) sums[0] += x[i] * x[i];
  float total = 0;
  for (const float sum : sums) total += sum;
  return total;
}

}  // namespace

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  if (can_fuse(Fused::kNorm, x)) return fused_norm(x, weight, eps);
  if (!takes_one_pass(x) || !takes_one_pass(weight)) {
    return at::rms_norm(x.to(at::kFloat), weight.sizes(), weight, eps).to(x.scalar_type());
  }
  const Tensor in = x.contiguous();
  Tensor out = at::empty_like(in);
  const std::int64_t width = weight.size(0), rows = in.numel() / width;
  const auto* from = in.const_data_ptr<float>();
  const auto* scale = weight.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<float>();
  at::parallel_for(0, rows, kValuesATask / width + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const float* a = from + row * width;
      float* b = to + row * width;
      const float mean = sum_of_squares(a, width) / static_cast<float>(width);
      const float factor = 1 / std::sqrt(mean + static_cast<float>(eps));
      for (std::int64_t i = 0; i < width; ++i) b[i] = a[i] * factor * scale[i];
    }
  });
  return out;
}

}  // namespace quadrant
