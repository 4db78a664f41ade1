// How a report writes numbers: the same everywhere, whatever the locale. NaN is written "n/a".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/stats/interval.h"

namespace quadrant {

std::string score_text(double score);                      // 0.6254 -> "62.5"
std::string bounds_text(double low, double high);          // "[55.1, 69.3]"
std::string score_with_bounds(const MeanInterval& score);  // "62.5 [55.1, 69.3]"
// The same sentence in which "[9.8, 15.1]" and "5 %" cannot be torn apart at the end of a line.
std::string with_unbroken_numbers(std::string_view text);
std::string share_text(double share);                // 0.6254 -> "63 %"
std::string count_text(std::int64_t count);          // 1234567 -> "1,234,567"
std::string rounded_text(double value);              // 1234.5 -> "1,235", 1.5e20 -> "1.5e+20"
std::string decimal_text(double value, int digits);  // fixed; no "-0.0"
std::string flops_text(double flops);                // 5.72e13 -> "57.2 TFLOP"
std::string energy_text(double joules);              // 1234 -> "1.23 kJ"
std::string bytes_text(std::int64_t bytes);          // "1.2 GiB"
std::string duration_text(double seconds);           // "0.42 s", "3 min 20 s", "2 h 05 min"
std::string money_text(double amount, std::string_view currency);  // "12.40 EUR", "0.0031 EUR"

}  // namespace quadrant
