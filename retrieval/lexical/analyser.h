// Text to the terms that BM25 counts.
//
// Rule: NFC, lower case; letters, digits and the marks on them make words, everything else parts
// them. Runs of Hangul, Han and Kana are cut into overlapping pairs of characters (a run of one is
// a term by itself): Korean writes particles onto its words, Chinese and Japanese write no spaces,
// and pairs find both without a dictionary. No stemming and no list of stop words: the same rule
// for every language, and what is common weighs next to nothing in BM25.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

inline constexpr const char* kAnalyser = "words, pairs of Hangul, Han and Kana; v1";

// Calls `visit` for each term in the order of the text; valid UTF-8 only.
void for_each_term(std::string_view text, const std::function<void(const std::string&)>& visit);
std::vector<std::string> analyse(std::string_view text);

}  // namespace quadrant
