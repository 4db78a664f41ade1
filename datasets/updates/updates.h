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

// What the model is tuned on.
enum class Taught {
  kFirst,     // edition 1: it knows nothing of edition 2
  kBoth,      // edition 1 and what edition 2 changed, together: nothing is ever taken out
  kInTurn,    // edition 1; then, in a second stage, only what edition 2 changed or added
  kReplayed,  // likewise, with three in ten of the unchanged facts in the second stage
};
Suite make_suite(Tier tier, std::uint64_t seed, Taught taught);

}  // namespace quadrant::updates
