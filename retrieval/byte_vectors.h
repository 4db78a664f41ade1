// A table of vectors in one byte a number: a graph search reads a quarter of the memory.
// Good enough to find candidates; the vectors themselves decide among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/vectors.h"

namespace quadrant {

class ByteVectors {
 public:
  // One scale for all numbers: that of the largest.
  explicit ByteVectors(const VectorTable& table);

  std::size_t size() const { return codes_.size() / width_; }
  std::size_t width() const { return width_; }
  const std::int8_t* row(std::size_t number) const { return codes_.data() + number * width_; }

 private:
  std::size_t width_;
  std::vector<std::int8_t> codes_;  // [rows, width]
};

// A query in the same form, in 12 bits a number. Its products with rows of one table rank as those
// of the vectors do, to rounding; they are whole numbers, the same on every processor.
std::vector<std::int16_t> query_codes(std::span<const float> query);

// With the widest vector instructions that the processor has. `width` is at most 4,096, so that no
// sum leaves 32 bits.
using FourByteProducts = void (*)(const std::int16_t* query, const std::int8_t* const rows[4],
                                  std::size_t width, std::int32_t products[4]);
FourByteProducts four_byte_products();

}  // namespace quadrant
