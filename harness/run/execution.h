// What the parts of one running run share; internal to harness/run.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/run/plan.h"
#include "harness/run/progress.h"
#include "harness/run/workbench.h"
#include "harness/store/store.h"

namespace quadrant {

struct Execution {
  Store& store;
  Workbench& bench;
  const Plan& plan;
  std::int64_t run_id;
  Progress& progress;
  const std::atomic<bool>& stop;
  std::vector<std::int64_t> cell_ids;  // in the order of plan.cells

  const Suite& suite(int index) const { return bench.suites[static_cast<std::size_t>(index)]; }
  ContextSpec context(const PlannedCell& cell) const { return context_of(plan.experiment, cell); }
  const TuningSpec& tuning(int index) const {
    return plan.experiment.tunings[static_cast<std::size_t>(index)];
  }
};

enum class WorkState { kDone, kInterrupted, kFailed };

struct TrainedModel {
  WorkState state = WorkState::kFailed;
  std::int64_t id = 0;
  std::filesystem::path folder;
  bool reused = false;
  std::string error;
};

// Reuses a finished training whose files are still what they were, goes on with this run's own
// unfinished one, or starts anew.
TrainedModel ensure_training(Execution& run, int number);

struct CellResult {
  WorkState state = WorkState::kFailed;
  bool reused = false;  // nothing was computed
  std::string error;
};

// Answers what is missing of a cell with the model form that is loaded now. `trained` is null for
// the base model.
CellResult ensure_cell(Execution& run, std::size_t number, const TrainedModel* trained);

// A finished attempt that makes the cell's work unnecessary: of any run, or only this run's own
// when the plan reuses nothing.
bool reuse_cell(Execution& run, std::size_t number);
void record_failed_cell(Execution& run, std::size_t number, const std::string& error);

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  double lap() {  // seconds since the last lap
    const double passed = seconds();
    start_ = std::chrono::steady_clock::now();
    return passed;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace quadrant
