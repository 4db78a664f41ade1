// Passes over rows of numbers that torch has only as several of its operations, each with memory of
// its own. fp32 on the CPU; 1e-6 from torch's. Compiled for several processors, the best is called.
#pragma once

#include <cstdint>

namespace quadrant {

// silu(gate) * up and gelu(gate, "tanh") * up, elementwise; `to` is neither of them.
void silu_times(const float* gate, const float* up, std::int64_t size, float* to);
void gelu_tanh_times(const float* gate, const float* up, std::int64_t size, float* to);

struct RowSummary {
  std::int64_t best = 0;  // the first of the largest
  float log_sum_exp = 0;  // NaN when one of the numbers is
};
RowSummary summary_of(const float* row, std::int64_t size);  // size > 0

}  // namespace quadrant
