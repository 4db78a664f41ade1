// Which of the trials of a search is used: the best on the dev items.
//
// Best is the mean of the suite's first metric over the answerable dev items, the earliest among
// equals. Error while a trial of the plan is not finished.
#pragma once

#include "harness/run/execution.h"

namespace quadrant {

// The prompt of an optimised context, chosen with the base model, whatever model then sees it.
int chosen_trial(const Execution& run, const PlannedCell& cell);

// The learning rate of a tuning: an index into Plan::trainings.
int chosen_rate(const Execution& run, const PlannedTraining& search);

}  // namespace quadrant
