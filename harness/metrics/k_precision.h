// How much of an answer stands in the passages that it was given.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace quadrant {

// K-Precision (Adlakha et al. 2023): the share of the answer's words (normalise.h) that are in the
// passages, a word counting as often as it is in both. NaN for an answer without words.
double k_precision(std::string_view answer, std::span<const std::string> passages);

}  // namespace quadrant
