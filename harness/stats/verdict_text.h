// Plain English for a verdict, generated from its numbers and from nothing else.
#pragma once

#include <string>
#include <vector>

#include "harness/stats/verdict.h"

namespace quadrant {

// 2 to 4 sentences: what decided the verdict, the other contrasts, both together, and what the
// numbers rest on. Differences are in points (hundredths of the metric's range).
std::vector<std::string> verdict_sentences(const VerdictInput& input, const Verdict& verdict);

std::string format_points(double difference);        // 0.1243 -> "+12.4"; NaN -> "n/a"
std::string format_bounds(double low, double high);  // "[9.8, 15.1]"; NaN -> "[n/a]"

}  // namespace quadrant
