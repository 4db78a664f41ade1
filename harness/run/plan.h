// The plan of an experiment: which cells and trainings it needs, what is in the store already,
// what cannot run and why, and what the rest will cost.
//
// Goals: everything that decides a result is in a cell's specification, and its SHA-256 is the
// cell's identity; the plan alone fixes the order of work. Non-goals: doing the work (runner.h).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/config/experiment.h"
#include "harness/run/workbench.h"

namespace quadrant {

class Store;

struct PlanOptions {
  int limit = 0;  // items per suite and split, the first ones; 0 = all
  // --only: keys suite, context, tuning, seed. A cell must match one value of every key named.
  std::vector<std::pair<std::string, std::string>> only;
  bool reuse = true;  // false: compute everything anew (reproduction)
};

// Work ahead. Tokens are an estimate: prompts from the suite's texts, answers at their longest.
struct Prediction {
  double tokens = 0, flops = 0;
  std::optional<double> seconds;  // from the speed of earlier work in the store; empty = unknown
};

struct PlannedTraining {
  std::string spec, hash;     // canonical JSON, SHA-256
  int suite = 0, tuning = 0;  // index into Workbench::suites, Experiment::tunings
  std::uint64_t seed = 0;
  std::string dataset_hash;
  std::int64_t sequences = 0;
  std::string label;                 // "lora, seed 0"
  int trial = -1;                    // of a tuning with several: which learning rate
  bool needed = false;               // a cell that is still to be computed builds on it
  std::optional<std::int64_t> done;  // a finished training of the store with the same hash
  Prediction prediction;             // of the whole training; zero when done

  // A search trains nothing itself: one of its trials is chosen by what it answered.
  struct Trial {
    int training = 0;      // index into Plan::trainings
    std::size_t cell = 0;  // index into Plan::cells: its dev items
  };
  std::vector<Trial> trials;
  bool is_search() const { return !trials.empty(); }
};
// What it trains; of a search: what the user wrote.
TuningSpec tuning_of(const Experiment& experiment, const PlannedTraining& training);

// Which items a cell asks: the dev items, on which everything is chosen, or the test items, which
// decide. A suite without dev.jsonl has test cells only.
enum class Split { kDev, kTest };

struct PlannedCell {
  std::string spec, hash;
  Split split = Split::kTest;
  int suite = 0, context = 0, tuning = 0;
  int trial = -1;                     // of an optimised context: the prompt that is tried on dev
                                      // items; -1: no search, or what it chose
  std::optional<std::uint64_t> seed;  // empty: nothing in it depends on a seed
  int training = -1;                  // index into Plan::trainings, -1 = base
  std::int64_t expected = 0;          // items
  std::string label;                  // "rag + lora, seed 0", "rag + lora, seed 0 (dev)"
  std::optional<std::int64_t> done;   // a finished attempt of the store to reuse
  Prediction prediction;              // zero when done
};

// What the cell shows: a trial of an optimised context is named after it, "best#3".
ContextSpec context_of(const Experiment& experiment, const PlannedCell& cell);

struct Plan {
  Experiment experiment;
  PlanOptions options;
  std::vector<std::string> suite_names;  // in the order of Experiment::suites
  std::vector<PlannedTraining> trainings;
  std::vector<PlannedCell> cells;      // base cells first, then each training's; dev before test
  std::vector<std::string> obstacles;  // "company_qa, rag: no corpus.jsonl"
  Prediction total() const;
  int training_count() const;  // without searches
  TuningSpec tuning(const PlannedCell& cell) const;
};

// `store` may be null (nothing is cached then). Error when no cell is left to run, for an unknown
// key or a name in `only` that the experiment does not have.
Plan make_plan(const Experiment& experiment, Workbench& bench, const Store* store,
               const PlanOptions& options = {});

nlohmann::json to_json(const Plan& plan);  // for `plan --json`

// The items of a split that the options leave, in the suite's order.
std::vector<Item> planned_items(const Suite& suite, const PlanOptions& options, Split split);

nlohmann::json to_json(const PlanOptions& options);  // limit and only, stored with the run
PlanOptions plan_options(const nlohmann::json& json);

}  // namespace quadrant
