// The one reader behind parse_experiment() and parse_resolved(): both validate the same way.
#pragma once

#include "harness/config/experiment.h"
#include "harness/config/toml.h"

namespace quadrant {

Experiment read_experiment(const TomlValue& root);

}  // namespace quadrant
