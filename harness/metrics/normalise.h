// The normal form in which answers are compared, and its words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

// SQuAD's rule (the evaluation script of Rajpurkar et al. 2016) for any script: NFC, lower case,
// punctuation taken out ("U.S." -> "us", "well-known" -> "wellknown"), the words "a", "an" and
// "the" dropped, white space squashed. Punctuation is Unicode's categories P* and all of ASCII's;
// white space is Unicode's. A step that would leave nothing is not taken, so that the answers "A"
// and "+" stay answers; this is where it differs from SQuAD's. Bad UTF-8 becomes U+FFFD.
std::vector<std::string> normalised_words(std::string_view text);
std::string normalised(std::string_view text);  // the words, joined by one space

// Does `run` (not empty) stand in `words`, together and in order?
bool has_run(const std::vector<std::string>& words, const std::vector<std::string>& run);

}  // namespace quadrant
