// Korean: particles that follow the sound before them, forms of an answer, invented names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/common/cast.h"

namespace quadrant {

// "{은/는}" and its like become the first form after a final consonant and the second after a
// vowel; "{으로/로}" takes the second after ㄹ, too. Digits count as they are read (3 is 삼).
std::string with_particles(const std::string& text);

// The answer as a word of its own and with the particles and endings that usually join it: metrics
// compare whole words, and 서울에서 is one.
std::vector<std::string> korean_forms(const std::string& answer);

// As make_cast(): "한도윤", "가람벨 설문".
Cast make_korean_cast(std::size_t people, std::size_t things, const std::vector<std::string>& nouns,
                      const std::vector<std::string>& values, std::uint64_t seed);

}  // namespace quadrant
