// What compare.cpp and rescore.cpp, which say what is the same, share; internal to harness/run.
#pragma once

#include <string>
#include <vector>

#include "harness/store/rows.h"

namespace quadrant {

bool same_bits(double a, double b);  // any NaN equals any other

// The first metric whose new mean is outside its old interval, as a sentence, or "".
std::string outside_interval(const std::vector<SummaryRow>& before,
                             const std::vector<SummaryRow>& now);

// "rag + lora, seed 0 (dev)"
std::string label_of(const RunCellRow& cell);

}  // namespace quadrant
