#include "retrieval/product.h"

#include <immintrin.h>

#include <algorithm>

namespace quadrant {
namespace {

// Halves added to halves: short chains, where one after the other would wait at each.
template <std::size_t kLanes>
float sum_of(float (&lanes)[kLanes]) {
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

float plain_product(const float* a, const float* b, std::size_t width) {
  float sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= width; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < width; ++i) sums[0] += a[i] * b[i];
  return sum_of(sums);
}

[[gnu::target("avx2,fma")]] float avx2_product(const float* a, const float* b, std::size_t width) {
  __m256 first = _mm256_setzero_ps(), second = first, third = first, fourth = first;
  std::size_t i = 0;
  for (; i + 32 <= width; i += 32) {
    first = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), first);
    second = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), second);
    third = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), third);
    fourth = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), fourth);
  }
  const __m256 sum = _mm256_add_ps(_mm256_add_ps(first, second), _mm256_add_ps(third, fourth));
  float lanes[8];
  _mm256_storeu_ps(lanes, sum);
  float total = sum_of(lanes);
  for (; i < width; ++i) total += a[i] * b[i];
  return total;
}

[[gnu::target("avx512f")]] float avx512_product(const float* a, const float* b, std::size_t width) {
  __m512 first = _mm512_setzero_ps(), second = first, third = first, fourth = first;
  std::size_t i = 0;
  for (; i + 64 <= width; i += 64) {
    first = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), first);
    second = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), second);
    third = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), third);
    fourth = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), fourth);
  }
  const __m512 sum = _mm512_add_ps(_mm512_add_ps(first, second), _mm512_add_ps(third, fourth));
  float lanes[16];
  _mm512_storeu_ps(lanes, sum);
  float total = sum_of(lanes);
  for (; i < width; ++i) total += a[i] * b[i];
  return total;
}

Product choose() {
  if (__builtin_cpu_supports("avx512f")) return avx512_product;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2_product;
  return plain_product;
}

}  // namespace

Product fast_product() {
  static const Product product = choose();
  return product;
}

double exact_product(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

std::vector<double> exact_products(std::span<const float> query,
                                   std::span<const float* const> rows) {
  constexpr std::size_t kTogether = 8;  // sums that do not wait for each other
  std::vector<double> products(rows.size());
  for (std::size_t first = 0; first < rows.size(); first += kTogether) {
    const std::size_t count = std::min(kTogether, rows.size() - first);
    const float* group[kTogether];
    for (std::size_t r = 0; r < kTogether; ++r) group[r] = rows[first + std::min(r, count - 1)];
    double sums[kTogether] = {};
    for (std::size_t i = 0; i < query.size(); ++i) {
      const double q = query[i];
      for (std::size_t r = 0; r < kTogether; ++r) sums[r] += q * group[r][i];
    }
    std::copy_n(sums, count, products.begin() + static_cast<std::ptrdiff_t>(first));
  }
  return products;
}

}  // namespace quadrant
