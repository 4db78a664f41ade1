// Loads what a run works with: model, embedder, suites, and the files they came from.
#pragma once

#include "harness/run/workbench.h"

namespace quadrant {

Workbench load_workbench(const Experiment& experiment);

}  // namespace quadrant
