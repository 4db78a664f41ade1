// The instructions suite: requests with conditions that a program can check.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::instructions {

// Something to write about, and four short sentences on it: no commas, no quotes, plain words.
struct Topic {
  std::string name;
  std::vector<std::string> sentences;
};

const std::vector<Topic>& topics();

Suite make_suite(Tier tier, std::uint64_t seed);

}  // namespace quadrant::instructions
