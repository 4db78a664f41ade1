// The company_qa suite: documents, paraphrases and questions about one invented company.
#pragma once

#include <cstdint>

#include "datasets/company_qa/world.h"
#include "datasets/suite.h"

namespace quadrant::company_qa {

Plan plan_of(Tier tier);  // smoke: 14 test clusters; cpu: 46, minutes on two cores; full: 360

// The same plan and seed give the same suite everywhere; another seed gives another company.
Suite make_suite(const Plan& plan, std::uint64_t seed, const Voice& voice);

}  // namespace quadrant::company_qa
