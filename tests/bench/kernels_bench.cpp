// Times each CUDA kernel of strategies/lm/gpu beside libtorch's form of the same step, forward and
// backward, bfloat16, in turn. Run: kernels_bench; needs a GPU. A line a kernel: microseconds of
// both (medians of 30 by device events), their ratio, and our rate of memory, counting each tensor
// that must be read or written once.
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAFunctions.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "strategies/lm/gpu/fused.h"
#include "strategies/lm/layers/blocks.h"
#include "strategies/lm/layers/cross_entropy.h"
#include "strategies/lm/layers/norm.h"
#include "strategies/lm/layers/rope.h"

using namespace quadrant;

namespace {

constexpr int kRounds = 30, kWarmUps = 5;
constexpr std::int64_t kRows = 8192;

double microseconds(const std::function<void()>& step) {
  std::vector<double> times;
  for (int round = -kWarmUps; round < kRounds; ++round) {
    at::cuda::CUDAEvent start(cudaEventDefault), end(cudaEventDefault);
    start.record();
    step();
    end.record();
    end.synchronize();
    if (round >= 0) times.push_back(1000.0 * start.elapsed_time(end));
  }
  std::ranges::nth_element(times, times.begin() + kRounds / 2);
  return times[kRounds / 2];
}

void compare(const char* name, double bytes, const std::function<void()>& step) {
  const double ours = microseconds(step);
  const WithoutFusing by_libtorch;
  const double theirs = microseconds(step);
  fmt::print("{:<34}{:>10.1f}{:>12.1f}{:>8.2f}{:>10.0f}\n", name, ours, theirs, theirs / ours,
             bytes / ours / 1e3);
}

Tensor random(at::IntArrayRef sizes, at::ScalarType type = at::kBFloat16) {
  return at::randn(sizes, at::TensorOptions(at::kCUDA).dtype(type));
}

double size_of(const Tensor& x) { return static_cast<double>(x.nbytes()); }

// Forward and backward of `step` over leaves; reads and writes: passes over a tensor like the
// first.
void compare_trained(const char* name, int passes, std::vector<Tensor> leaves,
                     const std::function<Tensor(const std::vector<Tensor>&)>& step) {
  for (Tensor& leaf : leaves) leaf.set_requires_grad(true);
  const Tensor gradient = random(leaves[0].sizes());
  compare(name, passes * size_of(leaves[0]), [&] {
    for (Tensor& leaf : leaves) leaf.mutable_grad() = Tensor();
    step(leaves).backward(gradient);
  });
}

void bench_norm(std::int64_t width) {
  // Forward x, y; backward y's gradient, x, x's gradient.
  compare_trained(fmt::format("RMS norm, width {}", width).c_str(), 5,
                  {random({kRows, width}), random({width}, at::kFloat)},
                  [](const auto& in) { return rms_norm(in[0], in[1], 1e-6); });
}

void bench_rotation(std::int64_t heads, int dim) {
  const Rotation turn = rotation(at::arange(kRows, at::TensorOptions(at::kCUDA)).remainder(1024),
                                 rope_frequencies({}, dim, at::kCUDA), 1);
  compare_trained(fmt::format("rotary positions, {} heads of {}", heads, dim).c_str(), 4,
                  {random({kRows, heads, dim})},
                  [&](const auto& in) { return rotate(in[0], turn); });
}

void bench_gate(const char* name, Tensor (*gated)(const Tensor&, const Tensor&),
                std::int64_t width) {
  compare_trained(fmt::format("{} gate, width {}", name, width).c_str(), 8,
                  {random({kRows, width}), random({kRows, width})},
                  [&](const auto& in) { return gated(in[0], in[1]); });
}

void bench_cross_entropy(std::int64_t rows, std::int64_t vocabulary) {
  Tensor logits = random({rows, vocabulary});
  const Tensor targets =
      at::randint(vocabulary, {rows}, at::TensorOptions(at::kCUDA).dtype(at::kLong));
  const Tensor weights = at::full({rows}, 1e-3, at::TensorOptions(at::kCUDA));
  compare(fmt::format("cross-entropy, {} x {}", rows, vocabulary).c_str(), 3 * size_of(logits),
          [&] { cross_entropy_in_place(logits, targets, weights); });
}

}  // namespace

int main() {
  if (!at::hasCUDA()) {
    fmt::print(stderr, "kernels_bench: no GPU can be used here\n");
    return 1;
  }
  fmt::print("{:<34}{:>10}{:>12}{:>8}{:>10}\n", "kernel", "ours us", "libtorch us", "ratio",
             "GB/s");
  bench_norm(640);
  bench_norm(2048);
  bench_rotation(4, 256);
  bench_rotation(32, 64);
  bench_gate("SiLU", silu_gated, 8192);
  bench_gate("GELU", gelu_tanh_gated, 2048);
  bench_cross_entropy(2048, 128256);
  bench_cross_entropy(1024, 262144);
}
