// The lexicon of refusals to answer. Fixed: a change is a new version of the metric `abstained`.
// Its Korean phrases are in harness/metrics/lexicon.h.
#pragma once

#include <array>
#include <string_view>

namespace quadrant {

// All in the normal form of harness/metrics/normalise.h: no apostrophes, no articles.

// The whole output is one of these, also after "answer is", "it is" or "this is".
inline constexpr std::array<std::string_view, 14> kWholeRefusals{
    "unknown",     "not known",     "none",   "na",      "no answer", "unanswerable",
    "not sure",    "not given",     "unsure", "unclear", "no idea",   "not available",
    "undisclosed", "not specified",
};

// These words stand anywhere in the output, together and in order.
inline constexpr std::array<std::string_view, 36> kRefusalPhrases{
    "i dont know",
    "i do not know",
    "we dont know",
    "we do not know",
    "i have no idea",
    "im not sure",
    "i am not sure",
    "dont have enough",
    "do not have enough",
    "dont have information",
    "do not have information",
    "i cannot answer",
    "i cant answer",
    "cannot be answered",
    "cant be answered",
    "i cannot help",
    "i cant help",
    "i cannot provide",
    "i cant provide",
    "im unable to",
    "i am unable to",
    "is unknown",
    "is not known",
    "cannot be determined",
    "cant be determined",
    "cannot determine",
    "not enough information",
    "no information",
    "insufficient information",
    "is not mentioned",
    "not mentioned in",
    "is not specified",
    "not specified in",
    "is not stated",
    "does not say",
    "is not provided",
};

}  // namespace quadrant
