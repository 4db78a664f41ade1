#include "retrieval/byte_vectors.h"

#include <immintrin.h>

#include <algorithm>
#include <cmath>

#include "harness/core/error.h"
#include "retrieval/parallel.h"

namespace quadrant {
namespace {

constexpr float kRowRange = 127, kQueryRange = 4095;
constexpr std::size_t kRowsAtOnce = 8192;  // one piece of work

float largest_of(std::span<const float> values) {
  float largest = 0;
  for (const float x : values) largest = std::max(largest, std::abs(x));
  return largest;
}

template <class Code>
void encode(std::span<const float> values, float scale, Code* codes) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    codes[i] = static_cast<Code>(std::lrintf(values[i] * scale));
  }
}

void plain_products(const std::int16_t* query, const std::int8_t* const rows[4], std::size_t width,
                    std::int32_t products[4]) {
  for (int r = 0; r < 4; ++r) {
    products[r] = 0;
    for (std::size_t i = 0; i < width; ++i) products[r] += query[i] * rows[r][i];
  }
}

[[gnu::target("avx2")]] void avx2_products(const std::int16_t* query,
                                           const std::int8_t* const rows[4], std::size_t width,
                                           std::int32_t products[4]) {
  __m256i sums[4] = {};
  std::size_t i = 0;
  for (; i + 16 <= width; i += 16) {
    const __m256i q = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + i));
    for (int r = 0; r < 4; ++r) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + i));
      sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(q, _mm256_cvtepi8_epi16(bytes)));
    }
  }
  for (int r = 0; r < 4; ++r) {
    std::int32_t lanes[8];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes), sums[r]);
    products[r] = 0;
    for (const std::int32_t lane : lanes) products[r] += lane;
    for (std::size_t j = i; j < width; ++j) products[r] += query[j] * rows[r][j];
  }
}

[[gnu::target("avx512bw")]] void avx512_products(const std::int16_t* query,
                                                 const std::int8_t* const rows[4],
                                                 std::size_t width, std::int32_t products[4]) {
  __m512i sums[4] = {};
  std::size_t i = 0;
  for (; i + 32 <= width; i += 32) {
    const __m512i q = _mm512_loadu_si512(query + i);
    for (int r = 0; r < 4; ++r) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows[r] + i));
      sums[r] = _mm512_add_epi32(sums[r], _mm512_madd_epi16(q, _mm512_cvtepi8_epi16(bytes)));
    }
  }
  for (int r = 0; r < 4; ++r) {
    std::int32_t lanes[16];
    _mm512_storeu_si512(lanes, sums[r]);
    products[r] = 0;
    for (const std::int32_t lane : lanes) products[r] += lane;
    for (std::size_t j = i; j < width; ++j) products[r] += query[j] * rows[r][j];
  }
}

FourByteProducts choose() {
  if (__builtin_cpu_supports("avx512bw")) return avx512_products;
  if (__builtin_cpu_supports("avx2")) return avx2_products;
  return plain_products;
}

}  // namespace

ByteVectors::ByteVectors(const VectorTable& table)
    : width_(static_cast<std::size_t>(table.dimension())), codes_(table.all().size()) {
  QUADRANT_CHECK(width_ <= 4096);
  const std::span<const float> all = table.all();
  const std::size_t piece = kRowsAtOnce * width_;
  const std::size_t pieces = (all.size() + piece - 1) / piece;
  const auto part = [&](std::size_t p) {
    return all.subspan(p * piece, std::min(piece, all.size() - p * piece));
  };
  std::vector<float> largest(pieces);
  for_each_parallel(pieces, [&](std::size_t p) { largest[p] = largest_of(part(p)); });
  const float most = largest_of(largest);
  const float scale = most > 0 ? kRowRange / most : 0;
  for_each_parallel(pieces,
                    [&](std::size_t p) { encode(part(p), scale, codes_.data() + p * piece); });
}

std::vector<std::int16_t> query_codes(std::span<const float> query) {
  const float most = largest_of(query);
  std::vector<std::int16_t> codes(query.size());
  encode(query, most > 0 ? kQueryRange / most : 0, codes.data());
  return codes;
}

FourByteProducts four_byte_products() {
  static const FourByteProducts products = choose();
  return products;
}

}  // namespace quadrant
