// Corrections for testing several things at once.
#pragma once

#include <span>
#include <vector>

namespace quadrant {

// Holm's step-down adjusted p-values (Holm 1979), in the order given. NaN stays NaN and does not
// count towards the family.
std::vector<double> holm_adjust(std::span<const double> p_values);

// Benjamini and Hochberg's step-up adjusted p-values (1995): at most 5 % of the tests with a value
// of at most .05 are expected to be false. For exploratory contrasts; NaN as above.
std::vector<double> benjamini_hochberg_adjust(std::span<const double> p_values);

}  // namespace quadrant
