// Corrections for testing several things at once.
#pragma once

#include <span>
#include <vector>

namespace quadrant {

// Holm's step-down adjusted p-values (Holm 1979), in the order given. NaN stays NaN and does not
// count towards the family.
std::vector<double> holm_adjust(std::span<const double> p_values);

}  // namespace quadrant
