// chrF2 as sacreBLEU 2 computes it (Popovic 2015, 2017): the metric for Korean.
//
// Signature: chrF2|nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no. Characters are code points
// after NFC, which sacreBLEU leaves to its caller: a Hangul syllable is one character.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace quadrant {

// For n = 1..6: character n-grams of the output, of the target, and of both. Of several targets
// the one that gives the best score.
std::vector<double> chrf_statistics(const std::string& output,
                                    const std::vector<std::string>& targets);

// chrF2 / 100 of summed statistics, in [0, 1].
double chrf_from_statistics(std::span<const double> sums);

}  // namespace quadrant
