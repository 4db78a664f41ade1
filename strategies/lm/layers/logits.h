// What is read from logits: the likeliest token of each row, and what its logits are measured by.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

struct RowTotals {
  Tensor best;         // [rows] int64: the first of the largest
  Tensor log_sum_exp;  // [rows] fp32
};
RowTotals totals_of(const Tensor& logits);  // [rows, vocabulary] fp32

}  // namespace quadrant
