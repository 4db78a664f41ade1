// BLEU as sacreBLEU 2 computes it (Papineni et al. 2002; Post 2018).
//
// Signature: BLEU|nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp (a single sentence: eff:yes).
// Text is brought to NFC first, which sacreBLEU leaves to its caller. The tokenizer "13a" splits at
// white space and ASCII punctuation, so a Korean word with its particles is one token.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

std::vector<std::string> tokenize_13a(std::string_view text);

// Output length, nearest target's length (the shorter of two equally near), then for n = 1..4 the
// n-grams of the output that a target has, then for n = 1..4 all n-grams of the output.
std::vector<double> bleu_statistics(const std::string& output,
                                    const std::vector<std::string>& targets);

// BLEU / 100 of summed statistics, in [0, 1]. `effective_order` leaves out orders for which the
// output is too short, as is usual for one sentence.
double bleu_from_statistics(std::span<const double> sums, bool effective_order);

}  // namespace quadrant
