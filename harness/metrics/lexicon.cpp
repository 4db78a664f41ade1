#include "harness/metrics/lexicon.h"

#include <algorithm>

#include "harness/metrics/normalise.h"

namespace quadrant {

bool has_phrase(const std::string& output, const Lexicon& lexicon) {
  const auto words = normalised_words(output);
  const std::string text = normalised(output);
  return std::any_of(
             lexicon.english.begin(), lexicon.english.end(),
             [&](std::string_view phrase) { return has_run(words, normalised_words(phrase)); }) ||
         std::any_of(lexicon.korean.begin(), lexicon.korean.end(), [&](std::string_view phrase) {
           return text.find(phrase) != std::string::npos;
         });
}

}  // namespace quadrant
