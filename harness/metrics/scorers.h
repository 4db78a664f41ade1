// The scoring functions behind the metrics; each stands in a file of its own name.
#pragma once

#include <string>

#include "harness/core/types.h"

namespace quadrant {

// All compare in the normal form of harness/metrics/normalise.h, take the best target, and give
// NaN for an item without targets.

// 1 when the output equals a target (Rajpurkar et al. 2016).
double exact_match(const std::string& output, const Item& item);

// Harmonic mean of word precision and recall, repeated words counted (Rajpurkar et al. 2016).
double f1(const std::string& output, const Item& item);

// 1 when the words of a target stand in the output, together and in order ("answer recall",
// Adlakha et al. 2023). Whole words only: "art" is not in "party". So Korean particles hide a
// target, "서울" is not in "서울은"; and a script without spaces is one long word.
double contains(const std::string& output, const Item& item);

// 1 when the output says that it does not know or will not answer; needs no targets. The fixed
// lexicon is in harness/metrics/abstained.h. An empty output is no refusal.
double abstained(const std::string& output, const Item& item);

}  // namespace quadrant
