// The conditions: how they are asked for, how IFEval names them, and an answer that meets them.
#pragma once

#include <string>
#include <vector>

#include "datasets/instructions/instructions.h"
#include "harness/core/rng.h"

namespace quadrant::instructions {

struct Demand {
  std::string request, constraint, answer;  // the constraint is JSON, as harness/metrics reads it
};

struct Condition {
  std::string id;  // IFEval's, with more or less of the words
  bool trained;    // the others come in the test only
  // `wording` 0, 1, 2: ways to ask; training has the first two, dev the first, test also the last.
  Demand (*demand)(const Topic& topic, std::size_t wording, Rng& rng);
};

const std::vector<Condition>& conditions();

}  // namespace quadrant::instructions
