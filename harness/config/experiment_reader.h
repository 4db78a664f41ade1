// The one reader behind parse_experiment() and parse_resolved(): both validate the same way.
#pragma once

#include "harness/config/experiment.h"
#include "harness/config/toml.h"

namespace quadrant {

Experiment read_experiment(const TomlValue& root);

// One [tuning.NAME]; `suites`: of the experiment.
TuningSpec read_tuning(TomlReader table, const std::vector<std::string>& suites);

// Error unless `suites` has the name, which `key` of the table gives.
void check_suite(const TomlReader& table, const std::string& key, const std::string& name,
                 const std::vector<std::string>& suites);

// A whole number from 1; the product of two of them fits 64 bits.
int count(TomlReader& table, const char* key, int fallback);
// Error unless the table's own name is made of letters, digits, _ and -.
void check_name(const TomlReader& table);

}  // namespace quadrant
