// Writes a company_qa suite: suite.toml, corpus.jsonl, train.jsonl, dev.jsonl, test.jsonl.
#pragma once

#include <cstdint>
#include <filesystem>

#include "datasets/company_qa/world.h"

namespace quadrant::company_qa {

Plan demo_plan();   // 52 test clusters, minutes on two cores
Plan smoke_plan();  // 14 test clusters, for tests

// Makes the folder when it is missing. The same plan and seed give the same bytes everywhere;
// another seed gives another company. Error when a file cannot be written.
void write_suite(const Plan& plan, std::uint64_t seed, const std::filesystem::path& folder);

}  // namespace quadrant::company_qa
