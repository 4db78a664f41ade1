// ROUGE-1, -2, -L and -Lsum as google-research's rouge-score 0.1.2 computes them (Lin 2004).
//
// Tokens: lower case, runs of [a-z0-9]; everything else separates. So text in another script has
// no tokens and scores 0: use chrf for Korean. (One letter differs: Turkish "İ" is "i" here, "i"
// and a separator there.) With `stem`, tokens of more than 3 letters go through Porter's stemmer
// (harness/metrics/porter.h). Sentences of Lsum end at line breaks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

enum class Rouge { k1, k2, kL, kLsum };

std::vector<std::string> rouge_tokens(std::string_view text, bool stem);

// F-measure of `output` against one target, in [0, 1]; 0 when either has no n-grams.
double rouge(Rouge kind, const std::string& target, const std::string& output, bool stem);

}  // namespace quadrant
