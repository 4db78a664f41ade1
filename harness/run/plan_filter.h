// What --only and --limit leave of an experiment.
#pragma once

#include <string>
#include <vector>

#include "harness/run/plan.h"

namespace quadrant {

// Error for a key or a value that the experiment does not have, with the nearest one.
void check_filter(const PlanOptions& options, const Experiment& experiment,
                  const std::vector<Suite>& suites);

// True when `key` is not restricted, or `value` is one of the values named for it.
bool selected(const PlanOptions& options, const std::string& key, const std::string& value);

}  // namespace quadrant
