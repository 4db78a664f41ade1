// What the writers of verdict sentences share, one writer a language; not for others.
#pragma once

#include <string>
#include <vector>

#include "harness/stats/verdict.h"

namespace quadrant {

std::vector<std::string> english_sentences(const Verdict& verdict);
std::vector<std::string> korean_sentences(const Verdict& verdict);

// format_bounds of the interval, or of its mirror image when sign is -1.
std::string turned_bounds(double low, double high, int sign);

struct VerdictBasis {
  int unscored = 0;   // most items unscored in one contrast
  bool flat = false;  // a contrast did not vary
};
VerdictBasis basis_of(const Verdict& verdict);

}  // namespace quadrant
