// Repeats a run from its stored configuration alone and says how much of it came out the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/run/inputs.h"
#include "harness/run/progress.h"
#include "harness/run/runner.h"
#include "harness/run/workbench.h"

namespace quadrant {

// From best to worst; the verdict of a run is that of its worst cell.
enum class Sameness {
  kBitIdentical,     // prompts, outputs and log-probabilities equal to the last bit
  kSameAnswers,      // outputs equal
  kWithinIntervals,  // every new mean lies in the old interval
  kDrifted,
  kUnfinished,    // a cell is missing on one side
  kInputChanged,  // nothing was run
};
// bit-identical, same answers, same within intervals, drifted, unfinished, input changed
const char* to_string(Sameness sameness);

struct CellComparison {
  std::string suite, label;
  Sameness sameness = Sameness::kBitIdentical;
  std::int64_t records = 0, identical = 0, same_answers = 0;  // same_answers includes identical
  // The first record, in item order, that is not identical; "" = none.
  std::string item_id, before, now;
  std::string detail;  // "prompts differ", "mean 0.41 is outside [0.48, 0.60]", "not in run 4"
};

// How far two runs lie apart where they say the same: the noise floor between two machines, devices
// or builds, measured on the run's own answers.
struct AnswerNoise {
  std::int64_t same_answers = 0;   // to the same prompt, with a log-probability in both
  std::int64_t other_answers = 0;  // to the same prompt
  // Of the log-probability of an answer, or of an option, in nats; zero: equal to the last bit.
  double largest = 0, mean = 0;
};

struct Reproduction {
  std::int64_t original = 0, run_id = 0;  // run_id is 0 when nothing was run
  Sameness verdict = Sameness::kBitIdentical;
  AnswerNoise noise;
  std::vector<ChangedInput> changed;
  std::vector<CellComparison> cells;
};

// Compares what two runs' cells hold; cells are paired by suite, names of context and tuning, and
// seed.
Reproduction compare_runs(const Store& store, std::int64_t original, std::int64_t repeated);

// Checks the inputs first; when one has changed nothing is run. `progress` and `stop` as in
// run_plan; a stopped reproduction is kUnfinished and can be resumed, then compared. `device`:
// where the model is to run, if not where it did ("cpu", "cuda").
Reproduction reproduce_run(Store& store, std::int64_t original, const WorkbenchLoader& load,
                           const std::vector<std::string>& argv, Progress& progress,
                           const std::atomic<bool>& stop, const std::string& device = "");

enum class Level { kExact, kAnswers, kInterval };
Level parse_level(const std::string& name);  // exact | answers | interval; Error otherwise
bool satisfies(Sameness verdict, Level level);

nlohmann::json to_json(const Reproduction& reproduction);

}  // namespace quadrant
