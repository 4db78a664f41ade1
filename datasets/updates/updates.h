// The updates suite: a model tuned on edition 1 of a company's facts, documents of edition 2.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "datasets/company_qa/world.h"
#include "datasets/suite.h"

namespace quadrant::updates {

// An entity of company_qa's world in two editions. New in edition 2: Part::kDocumentsOnly.
struct Record {
  company_qa::Entity before, after;
  std::array<bool, company_qa::kAttributes> changed{};
  bool both_editions = false;  // edition 1 of its document was left in the corpus
};

// Three of five entities that were there before change one of their two facts.
std::vector<Record> make_records(Tier tier, std::uint64_t seed);

// `retuned`: the training data of edition 1 with those of edition 2 added, as a team does that
// never takes anything out. Otherwise the model knows nothing of edition 2.
Suite make_suite(Tier tier, std::uint64_t seed, bool retuned);

}  // namespace quadrant::updates
