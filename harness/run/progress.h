// What a run tells while it works; the command line turns it into a live line. The runner itself
// prints nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/stats/interval.h"

namespace quadrant {

struct CellProgress {
  int number = 0, of = 0;               // position in the plan, from 1
  std::string suite, label;             // "rag + lora, seed 0"
  std::int64_t done = 0, expected = 0;  // items
  std::int64_t tokens = 0;              // prompt and answer tokens of this call's work on the cell
  double seconds = 0;                   // of this call's work on the cell
  double score = 0;  // mean of the primary metric so far in this call; NaN = none yet
};

struct TrainingProgress {
  int number = 0, of = 0;
  std::string suite, label;  // "lora, seed 0"
  TrainingStep step;         // the last one; step.step == 0 before the first
};

// What the base model can do without help and with the gold passage, before anything is trained.
struct KnowledgeGate {
  std::string suite, metric;
  double closed_book = 0, oracle = 0;  // means; NaN = that cell was not run
  std::int64_t items = 0;              // on which they were measured
  bool on_dev = false;                 // dev items; else the suite has none, and test items served
  double detectable = kUnknown;        // the difference that the test items should find, if asked
  std::vector<std::string> warnings;   // an arm that cannot help, too little power; and why
};

class Progress {
 public:
  virtual ~Progress() = default;
  virtual void run_started(std::int64_t /*run_id*/, int /*cells*/, int /*trainings*/) {}
  virtual void cell_started(const CellProgress&) {}
  virtual void cell_advanced(const CellProgress&) {}
  // state: done | failed | interrupted | cached; `error` says why when it failed.
  virtual void cell_finished(const CellProgress&, const std::string& /*state*/,
                             const std::string& /*error*/) {}
  virtual void training_started(const TrainingProgress&) {}
  virtual void training_advanced(const TrainingProgress&) {}
  virtual void training_finished(const TrainingProgress&, const std::string& /*state*/,
                                 const std::string& /*error*/) {}
  // A sentence that belongs beside the run's numbers.
  virtual void warned(const std::string& /*sentence*/) {}
  virtual void knowledge_gate(const KnowledgeGate&) {}
};

}  // namespace quadrant
