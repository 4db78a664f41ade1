// The retention suite: what everybody knows, asked after learning a company's facts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::retention {

struct CommonFact {
  std::string field, question;
  std::vector<std::string> answers;  // the first is the usual one
};

const std::vector<CommonFact>& common_facts();

// Documents and training lines are those of company_qa; none of them is asked about.
Suite make_suite(Tier tier, std::uint64_t seed);

}  // namespace quadrant::retention
