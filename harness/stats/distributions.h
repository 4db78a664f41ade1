// Student's t and the normal distribution: tail shares and quantiles, to about 1e-12.
#pragma once

namespace quadrant {

double normal_quantile(double probability);  // probability in (0, 1)
double student_t_cdf(double t, double df);   // df > 0
double student_t_quantile(double probability, double df);

}  // namespace quadrant
