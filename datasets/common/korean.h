// Korean: particles that follow the sound before them, forms of an answer.
#pragma once

#include <string>
#include <vector>

namespace quadrant {

// A pair such as {은/는} becomes its first form after a final consonant and its second after a
// vowel; {으로/로} takes the second after ㄹ, too. Digits count as they are read (3 is 삼).
std::string with_particles(const std::string& text);

// The answer as a word of its own and with the particles and endings that usually join it: metrics
// compare whole words, and 서울에서 is one.
std::vector<std::string> korean_forms(const std::string& answer);

}  // namespace quadrant
