// Which of the prompts that a search tried is used: the best on the dev items.
#pragma once

#include "harness/run/execution.h"

namespace quadrant {

// The trial with the best mean of the suite's first metric over the answerable dev items, the
// earliest among equals; by the base model, whatever model then sees the prompt. Error while a
// trial of the plan is not finished.
int chosen_trial(const Execution& run, const PlannedCell& cell);

}  // namespace quadrant
