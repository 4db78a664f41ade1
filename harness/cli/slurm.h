// An experiment's work handed to Slurm: `run --slurm`.
#pragma once

#include <string>

#include "harness/cli/plan_options.h"

namespace quadrant {

// Takes what earlier jobs have left into the store, and submits what is missing then: an array of
// jobs, each into a store on its node's disk, and one that merges them when all have ended well.
// `words` go to sbatch. False: nothing is missing. Error when Slurm cannot be reached, does not
// take the jobs, or is still at an earlier submission for this store.
bool submit_to_slurm(const PlanVerbOptions& options, const std::string& words);

}  // namespace quadrant
