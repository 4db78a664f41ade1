#include "retrieval/product.h"

#include <immintrin.h>

namespace quadrant {
namespace {

float plain_product(const float* a, const float* b, std::size_t width) {
  float sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= width; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < width; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
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
  float total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
                ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
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
  float total = 0;
  for (const float lane : lanes) total += lane;
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

}  // namespace quadrant
