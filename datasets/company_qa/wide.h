// The company_qa_wide suite: the same facts asked in five ways, learnt from more and less text.
#pragma once

#include <cstdint>

#include "datasets/company_qa/world.h"
#include "datasets/suite.h"

namespace quadrant::company_qa {

// How often an entity's facts stand in train.jsonl as text: different wordings times copies.
struct Dose {
  std::size_t paraphrases, copies;
};
Dose dose_of(const Entity& entity);

Suite make_wide_suite(Tier tier, std::uint64_t seed);

}  // namespace quadrant::company_qa
