#include "strategies/lm/layers/logits.h"

#include <ATen/Parallel.h>

#include "strategies/lm/layers/row_math.h"

namespace quadrant {

RowTotals totals_of(const Tensor& logits) {
  if (!takes_one_pass(logits) || logits.stride(1) != 1) {
    return {logits.argmax(-1), logits.logsumexp(-1)};
  }
  const std::int64_t rows = logits.size(0), size = logits.size(1);
  RowTotals totals{at::empty({rows}, at::kLong), at::empty({rows}, at::kFloat)};
  const auto* from = logits.const_data_ptr<float>();
  auto* best = totals.best.mutable_data_ptr<std::int64_t>();
  auto* sum = totals.log_sum_exp.mutable_data_ptr<float>();
  at::parallel_for(0, rows, kValuesATask / size + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const RowSummary summary = summary_of(from + row * logits.stride(0), size);
      best[row] = summary.best;
      sum[row] = summary.log_sum_exp;
    }
  });
  return totals;
}

}  // namespace quadrant
