// What is left of a plan as jobs: parts that machines can do apart from each other, each in a store
// of its own.
//
// A job is all cells of one suite, context, tuning and seed: its dev and its test items, and the
// trials that a prompt or a learning rate is chosen by. Goals: named by --only alone, so that
// another process plans the same cells; no training and no search is done twice. Non-goals: who
// runs a job where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/plan.h"

namespace quadrant {

struct Job {
  std::string key;    // 16 digits of a hash over its cells: equal for equal work
  std::string label;  // "company_qa, rag + lora, seed 0"
  std::vector<std::pair<std::string, std::string>> only;  // PlanOptions::only
  // Jobs that come before it, by position: they leave a training or a search that it builds on.
  std::set<std::size_t> needs;
  // Runs of the store whose trainings or answers it builds on.
  std::set<std::int64_t> runs;
};

// In the plan's order; empty when every cell is in the store. The first job of a training trains.
std::vector<Job> cut_into_jobs(const Plan& plan, const Store& store);

}  // namespace quadrant
