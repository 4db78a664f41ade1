// The frozen lock: what a run judges by, stored before its first test answer.
//
// A lock holds the primary family, the metric, the margin and the corrections of one suite. Nothing
// enforces it later, because nothing can: it proves what was decided before, and shows when the
// same test items were judged by something else.
#pragma once

#include <string>
#include <vector>

#include "harness/run/plan.h"
#include "harness/run/workbench.h"
#include "harness/store/store.h"

namespace quadrant {

// Stores a lock for each suite of the plan that has none in this run yet, and returns the notes of
// all: sentences about an earlier run that judged the same test items of the same model by
// something else. Error when the run was begun with another lock.
std::vector<std::string> lock_design(Store& store, std::int64_t run_id, const Plan& plan,
                                     const Workbench& bench);

}  // namespace quadrant
