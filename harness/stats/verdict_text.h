// A verdict in words, English or Korean, generated from its numbers and from nothing else.
#pragma once

#include <string>
#include <vector>

#include "harness/stats/verdict.h"

namespace quadrant {

// 2 to 5 sentences: what decided the verdict, the other contrasts, both together, what the numbers
// rest on, and what they apply to. Differences are in points (hundredths of the metric's range).
// Verdict::sentences holds the English ones; for Korean call this with Language::kKorean.
std::vector<std::string> verdict_sentences(const Verdict& verdict, Language language);

// "metric f1: NO VERDICT AT THIS n"
std::string describe(const FragileReason& reason, Language language);

// "FRAGILE", the word beside a verdict that another view changes.
const char* fragile_word(Language language);

std::string format_points(double difference);        // 0.1243 -> "+12.4"; NaN -> "n/a"
std::string format_size(double difference);          // -0.1243 -> "12.4"
std::string format_bounds(double low, double high);  // "[9.8, 15.1]"; NaN -> "[n/a]"

}  // namespace quadrant
