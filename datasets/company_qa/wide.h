// company_qa_wide, the same facts asked in five ways and learnt from more and less text; and
// company_qa in one dose of text.
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

// company_qa with one dose of text for every entity, and nothing else changed.
Suite make_dose_suite(Tier tier, std::uint64_t seed, const Dose& dose);

Suite make_wide_suite(Tier tier, std::uint64_t seed);

}  // namespace quadrant::company_qa
