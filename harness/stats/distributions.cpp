#include "harness/stats/distributions.h"

#include <cmath>
#include <numbers>

#include "harness/core/error.h"

namespace quadrant {
namespace {

// The continued fraction of the incomplete beta function by Lentz's method (DLMF 8.17.22).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto keep_off_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1, d = 1 / keep_off_zero(1 - (a + b) * x / (a + 1)), value = d;
  for (int m = 1; m < 10000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keep_off_zero(1 + even * d);
    c = keep_off_zero(1 + even / c);
    value *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keep_off_zero(1 + odd * d);
    c = keep_off_zero(1 + odd / c);
    value *= c * d;
    if (std::abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

double regularized_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  // The fraction converges fast on this side of the mean only.
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_t_density(double t, double df) {
  return std::exp(std::lgamma((df + 1) / 2) - std::lgamma(df / 2) -
                  (df + 1) / 2 * std::log1p(t * t / df)) /
         std::sqrt(df * std::numbers::pi);
}

// Newton from the left of the root: both distribution functions are concave above 0, so that no
// step goes too far.
template <class Tail, class Density>
double solve_upper(double start, double upper_tail, const Tail& tail, const Density& density) {
  double x = start;
  for (int i = 0; i < 200; ++i) {
    const double step = (tail(x) - upper_tail) / density(x);
    x += step;
    if (std::abs(step) <= 1e-13 * std::abs(x)) break;
  }
  return x;
}

}  // namespace

double normal_quantile(double probability) {
  QUADRANT_CHECK(probability > 0 && probability < 1);
  if (probability < 0.5) return -normal_quantile(1 - probability);
  if (probability == 0.5) return 0;
  return solve_upper(
      0, 1 - probability, [](double x) { return std::erfc(x / std::numbers::sqrt2) / 2; },
      [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); });
}

double student_t_cdf(double t, double df) {
  QUADRANT_CHECK(df > 0);
  const double tail = regularized_beta(df / 2, 0.5, df / (df + t * t)) / 2;
  return t > 0 ? 1 - tail : tail;
}

double student_t_quantile(double probability, double df) {
  QUADRANT_CHECK(probability > 0 && probability < 1);
  if (probability < 0.5) return -student_t_quantile(1 - probability, df);
  if (probability == 0.5) return 0;
  // Student's tails are the heavier ones, so the normal's quantile lies to the left.
  return solve_upper(
      normal_quantile(probability), 1 - probability,
      [df](double x) { return student_t_cdf(-x, df); },
      [df](double x) { return student_t_density(x, df); });
}

}  // namespace quadrant
