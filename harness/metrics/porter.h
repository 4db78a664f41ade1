// Porter's stemmer with the extensions of NLTK's PorterStemmer, which rouge-score uses.
//
// Porter 1980, "An algorithm for suffix stripping". NLTK's default mode differs from it (and from
// Snowball's "porter"): a table of irregular words; words of one or two letters stay; "ies", "ied"
// in words of four letters; y after a consonant; "alli" again through step 2; "bli", "fulli" and
// "logi"; and a vowel-consonant word counts as short.
#pragma once

#include <string>
#include <string_view>

namespace quadrant {

// `word`: lower-case ASCII letters and digits (digits count as consonants).
std::string porter_stem(std::string_view word);

}  // namespace quadrant
