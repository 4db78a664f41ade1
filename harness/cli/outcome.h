// What run, resume and reproduce print at the end.
#pragma once

#include "harness/run/runner.h"

namespace quadrant {

// The verdict table (or JSON), what was computed and reused, what failed and how to go on.
// Returns the exit code.
int print_outcome(const Store& store, const RunOutcome& outcome, bool json);

}  // namespace quadrant
