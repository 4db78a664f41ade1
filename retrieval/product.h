// Inner products, with the widest vector instructions that the processor has.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace quadrant {

// A float sum in an order of its own: off the true value by at most what float rounding allows.
using Product = float (*)(const float* a, const float* b, std::size_t width);
Product fast_product();  // chosen once for this processor

// Terms in order and in double: the same bits wherever it is computed.
double exact_product(std::span<const float> a, std::span<const float> b);

// exact_product() of the query with each row, to the last bit, several rows at a time.
std::vector<double> exact_products(std::span<const float> query,
                                   std::span<const float* const> rows);

}  // namespace quadrant
