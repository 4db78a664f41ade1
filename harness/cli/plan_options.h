// The options that `plan` and `run` share, and the printed plan.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "harness/cli/common.h"
#include "harness/run/plan.h"

namespace quadrant {

struct PlanVerbOptions {
  ExperimentOptions experiment;
  std::string store;
  std::vector<std::string> only;  // key=value
  int limit = 0;
  bool json = false;
};
void add_plan_verb_options(CLI::App& verb, PlanVerbOptions& options);

struct PreparedPlan {
  LoadedExperiment loaded;
  Workbench bench;
  Plan plan;
};
// `store` may be null: nothing is cached then.
PreparedPlan prepare_plan(const PlanVerbOptions& options, const Store* store);
int print_plan(const PlanVerbOptions& options);  // `plan`, and `run --dry-run`

}  // namespace quadrant
