// Turns stored tensors into fp32, value for value as ggml does (ggml/src/ggml-quants.c,
// dequantize_row_*; ggml/src/ggml-common.h for the block layouts).
#pragma once

#include "strategies/lm/weights/weight_source.h"

namespace quadrant {

// `out` has room for tensor.elements() values, row-major. Error for an I64 tensor.
void to_fp32(const TensorView& tensor, float* out);

// IEEE 754 half precision, exact (subnormals, infinities and NaN included).
float half_to_float(std::uint16_t bits);

}  // namespace quadrant
