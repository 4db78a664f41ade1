// Compiled for AVX2 and FMA. No headers with inline functions: the linker might give their copies
// from here to the rest of the program, which must run without AVX2.
#include "strategies/lm/layers/few_rows.h"

namespace quadrant {
namespace {

constexpr int kLanes = 8;
using Vector = float __attribute__((vector_size(4 * kLanes)));
using Unaligned = float __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

Vector load(const float* from) { return *reinterpret_cast<const Unaligned*>(from); }

// Three rows by four outputs: twelve sums fill the sixteen registers with what they are made of.
constexpr int kMostRows = 3, kMostOutputs = 4;

template <int kRows, int kOutputs>
void block(const float* x, const float* weight, std::int64_t width, float* y, std::int64_t stride) {
  Vector sums[kRows][kOutputs] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    Vector in[kRows];
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) in[r] = load(x + r * width + i);
#pragma GCC unroll 4
    for (int o = 0; o < kOutputs; ++o) {
      const Vector w = load(weight + o * width + i);
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) sums[r][o] += in[r] * w;
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int o = 0; o < kOutputs; ++o) {
      float total = 0;
      for (int lane = 0; lane < kLanes; ++lane) total += sums[r][o][lane];
      for (std::int64_t j = i; j < width; ++j) total += x[r * width + j] * weight[o * width + j];
      y[r * stride + o] = total;
    }
  }
}

template <int kOutputs>
void all_rows(const float* x, std::int64_t rows, const float* weight, std::int64_t width, float* y,
              std::int64_t stride) {
  std::int64_t r = 0;
  for (; r + kMostRows <= rows; r += kMostRows) {
    block<kMostRows, kOutputs>(x + r * width, weight, width, y + r * stride, stride);
  }
  if (rows - r == 2) block<2, kOutputs>(x + r * width, weight, width, y + r * stride, stride);
  if (rows - r == 1) block<1, kOutputs>(x + r * width, weight, width, y + r * stride, stride);
}

}  // namespace

void few_rows_product(const float* x, std::int64_t rows, const float* weight, std::int64_t outputs,
                      std::int64_t width, float* y, std::int64_t stride) {
  std::int64_t o = 0;
  // A single row does nothing but read weights, and memory is read fastest in one stream.
  for (; rows > 1 && o + kMostOutputs <= outputs; o += kMostOutputs) {
    all_rows<kMostOutputs>(x, rows, weight + o * width, width, y + o, stride);
  }
  for (; o < outputs; ++o) all_rows<1>(x, rows, weight + o * width, width, y + o, stride);
}

}  // namespace quadrant
