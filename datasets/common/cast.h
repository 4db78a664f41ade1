// Invented people and things of one seed, of whom no name holds a value of the suite.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/common/names.h"

namespace quadrant {

struct Cast {
  std::vector<std::string> people;  // "Marlo Venn"
  std::vector<std::string> things;  // "Tarvex rollout"
};

// `nouns` follow a thing's coined name. A third of the things come in near-named pairs, shuffled.
Cast make_cast(const NameGrammar& grammar, std::size_t people, std::size_t things,
               const std::vector<std::string>& nouns, const std::vector<std::string>& values,
               std::uint64_t seed);

}  // namespace quadrant
