// The one reader behind parse_experiment() and parse_resolved(): both validate the same way.
#pragma once

#include "harness/config/experiment.h"
#include "harness/config/toml.h"

namespace quadrant {

Experiment read_experiment(const TomlValue& root);

TuningSpec read_tuning(TomlReader table);  // one [tuning.NAME]

// A whole number from 1; the product of two of them fits 64 bits.
int count(TomlReader& table, const char* key, int fallback);
// Error unless the table's own name is made of letters, digits, _ and -.
void check_name(const TomlReader& table);

}  // namespace quadrant
