// The product of a few rows with a weight matrix that is read once, as it lies in memory.
//
// General matrix products first copy the weight into an order of their own: worth it for many rows,
// a third of all time for the rows of a decoding step. Each sum runs over the input in one fixed
// order, so an output does not depend on how many rows there are.
#pragma once

#include <cstdint>

namespace quadrant {

// y[r * stride + o] = sum over i of x[r * width + i] * weight[o * width + i]. The processor must
// have AVX2 and FMA.
void few_rows_product(const float* x, std::int64_t rows, const float* weight, std::int64_t outputs,
                      std::int64_t width, float* y, std::int64_t stride);

}  // namespace quadrant
