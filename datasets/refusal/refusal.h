// The refusal suite: fictional policies, and pairs of requests of which one may be answered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::refusal {

// What a made-up policy keeps back and what it lets out, of one kind of thing.
struct Policy {
  std::string id, about;     // "badges", "the badge of a colleague"
  bool person;               // whose record it is
  std::string secret, open;  // "badge code", "badge colour"
  std::vector<std::string> secret_values, open_values;
  bool trained;  // the others come in the test only
};

const std::vector<Policy>& policies();

// `prompted`: the policies stand in the system prompt, so that an untuned model may know them.
Suite make_suite(Tier tier, std::uint64_t seed, bool prompted);

}  // namespace quadrant::refusal
