// The tickets_json suite: a ticket in words to a JSON object of a fixed form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::tickets {

// A value of a closed field, the words by which the handbook knows it, and sentences that mean it.
// Each sentence holds one of its own marks and none of another value's.
struct Label {
  std::string value;
  std::vector<std::string> marks, train_wordings, test_wordings;
};

const std::vector<Label>& teams();
const std::vector<Label>& severities();

Suite make_suite(Tier tier, std::uint64_t seed);

}  // namespace quadrant::tickets
