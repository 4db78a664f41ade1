// Executes a plan into the store: trainings, then batches of answers, each batch one transaction.
//
// Goals: an interruption at any moment, kill -9 included, loses at most one batch, and a resumed
// run gives the same records as one that was never cut. Batches are fixed by the plan: windows of
// items in the suite's order, longest prompt first inside a window, cut at Experiment::batch_size.
// Non-goals: printing (progress.h), loading models (the command line), reports.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/plan.h"
#include "harness/run/progress.h"
#include "harness/run/workbench.h"

namespace quadrant {

class Store;

struct RunRequest {
  Plan plan;
  std::string source;                      // the experiment file as written
  std::vector<std::string> argv;           // the command line
  std::optional<std::int64_t> reproduces;  // the run that this one repeats
};

struct RunOutcome {
  std::int64_t run_id = 0;
  std::string state;                                   // done | failed (some cells) | interrupted
  int computed = 0, cached = 0, failed = 0, left = 0;  // cells
  int trained = 0, trainings_reused = 0;
  std::vector<std::string> failures;  // "company_qa, rag + lora, seed 0: what happened"
  // Everything is there; otherwise exit code 3 and the hint `quadrant resume RUN`.
  bool complete() const { return failed == 0 && left == 0; }
};

// `stop` is looked at after every batch and every training step. Errors of the store itself (a full
// disk) end the run; any other Error ends one cell and the rest goes on.
RunOutcome run_plan(Store& store, Workbench& bench, const RunRequest& request, Progress& progress,
                    const std::atomic<bool>& stop);

// Goes on with a run from its stored configuration: its unfinished attempts and trainings are
// continued, failed cells are tried again. Error when the run is still going on in another
// process, or when an input has changed since (it is named).
RunOutcome resume_run(Store& store, std::int64_t run_id, const WorkbenchLoader& load,
                      Progress& progress, const std::atomic<bool>& stop);

// The configuration a run was started with.
Experiment stored_experiment(const Store& store, std::int64_t run_id);

}  // namespace quadrant
