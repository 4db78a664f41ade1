#include "strategies/lm/layers/row_math.h"

#include <cmath>
#include <cstring>

// The loader picks the version for the processor; the loops are vectorised by the compiler.
#define QUADRANT_FOR_EACH_CPU \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))

namespace quadrant {
namespace {

constexpr int kLanes = 16;

// e^x for x <= 0 (cephes' expf: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2]); below -87 about
// 0.
[[gnu::always_inline]] inline float exp_of_negative(float x) {
  constexpr float kRound =
      12582912.0F;  // 1.5 * 2^23: adding it leaves a rounded integer in the bits
  const float clamped = x < -87.0F ? -87.0F : x;
  const float shifted = clamped * 1.44269504F + kRound;
  const float n = shifted - kRound;
  const float r = (clamped - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  std::uint32_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

// By the side on which nothing overflows.
[[gnu::always_inline]] inline float sigmoid(float x) {
  const float e = exp_of_negative(-std::fabs(x));
  return (x < 0 ? e : 1.0F) / (1.0F + e);
}

}  // namespace

QUADRANT_FOR_EACH_CPU
void silu_times(const float* gate, const float* up, std::int64_t size, float* to) {
  for (std::int64_t i = 0; i < size; ++i) {
    to[i] = gate[i] * sigmoid(gate[i]) * up[i];
  }
}

// 0.5 (1 + tanh u) is the sigmoid of 2 u.
QUADRANT_FOR_EACH_CPU
void gelu_tanh_times(const float* gate, const float* up, std::int64_t size, float* to) {
  constexpr float kTwice = 1.5957691216F;  // 2 sqrt(2 / pi)
  for (std::int64_t i = 0; i < size; ++i) {
    const float x = gate[i];
    to[i] = x * sigmoid(kTwice * (x + 0.044715F * x * x * x)) * up[i];
  }
}

QUADRANT_FOR_EACH_CPU
RowSummary summary_of(const float* row, std::int64_t size) {
  float lanes[kLanes];
  for (float& lane : lanes) lane = row[0];
  std::int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = row[i + lane] > lanes[lane] ? row[i + lane] : lanes[lane];
    }
  }
  float largest = row[0];
  for (; i < size; ++i) largest = row[i] > largest ? row[i] : largest;
  for (const float lane : lanes) largest = lane > largest ? lane : largest;

  float sums[kLanes] = {};
  for (i = 0; i + kLanes <= size; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) {
      sums[lane] += exp_of_negative(row[i + lane] - largest);
    }
  }
  for (; i < size; ++i) sums[0] += exp_of_negative(row[i] - largest);
  double total = 0;
  for (const float sum : sums) total += sum;

  RowSummary summary;
  while (summary.best + 1 < size && !(row[summary.best] >= largest)) ++summary.best;
  summary.log_sum_exp = static_cast<float>(std::log(total)) + largest;
  return summary;
}

}  // namespace quadrant
