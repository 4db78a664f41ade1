// Rows of a tensor, some of them several times, with a gradient that comes out the same every time.
#pragma once

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

struct Gather {
  Tensor rows;            // int64 [m]: which rows of x
  Tensor begins, places;  // int32 [n + 1], [m]: row r of x goes to places[begins[r]..begins[r + 1])
};

// `count`: the rows of x.
Gather gather_of(const std::vector<std::int64_t>& rows, std::int64_t count,
                 const at::Device& device);

// x: [n, width] -> [m, width].
Tensor gather(const Tensor& x, const Gather& from);

}  // namespace quadrant
