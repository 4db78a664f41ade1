#include "harness/run/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/run/cell_spec.h"
#include "harness/run/design_lock.h"
#include "harness/run/execution.h"
#include "harness/run/inputs.h"
#include "harness/run/run_lock.h"
#include "harness/run/summarise.h"
#include "harness/run/trial_choice.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

// Puts the plan into the store: datasets, strategies, cells, and which cells this run asks for.
std::vector<std::int64_t> register_cells(Store& store, Workbench& bench, const Plan& plan,
                                         std::int64_t run_id) {
  std::vector<std::int64_t> ids;
  const std::string base_hash = bench.engine->base_hash();
  for (const PlannedCell& cell : plan.cells) {
    const Suite& suite = bench.suites[static_cast<std::size_t>(cell.suite)];
    const ContextSpec context = context_of(plan.experiment, cell);
    const TuningSpec tuning = plan.tuning(cell);
    const auto items = planned_items(suite, plan.options, cell.split);
    RunCellRow row;
    row.split = cell.split == Split::kDev ? "valid" : "test";
    row.cell.dataset_id = store.put_dataset({items_hash(items), suite.name, suite.version,
                                             row.split, suite.source, suite.licence, cell.expected},
                                            items);
    nlohmann::json model = describe(tuning);
    model["weights"] = base_hash;
    row.cell.strategy_id =
        store.put_strategy({fmt::format("{} + {}", context.kind, tuning.method),
                            canonical_json(describe(context)), canonical_json(model)});
    row.cell.hash = cell.hash;
    row.cell.spec = cell.spec;
    row.cell.suite = suite.name;
    row.cell.task = suite.kind;
    row.cell.task_version = suite.version;
    if (cell.seed) row.cell.seed = static_cast<std::int64_t>(*cell.seed);
    row.cell.decoding = canonical_json(decoding_spec(plan.experiment, suite));
    row.cell.expected = cell.expected;
    row.cell.id = store.put_cell(row.cell);
    row.context = context.name;
    row.tuning = tuning.name;
    row.metrics = nlohmann::json(suite.metrics).dump();
    store.put_run_cell(run_id, row);
    ids.push_back(row.cell.id);
  }
  return ids;
}

class Runner {
 public:
  explicit Runner(Execution run) : run_(std::move(run)), settled_(run_.plan.cells.size()) {
    outcome_.run_id = run_.run_id;
  }

  RunOutcome go() {
    const Plan& plan = run_.plan;
    int needed = 0;
    for (const PlannedTraining& training : plan.trainings) {
      needed += training.needed && !training.is_search() ? 1 : 0;
    }
    run_.progress.run_started(run_.run_id, static_cast<int>(plan.cells.size()), needed);
    run_group(-1, ByteLock::nothing());
    if (!run_.stop.load()) {
      for (const auto& gate : knowledge_gates(run_.store, run_.run_id, plan, run_.bench.suites)) {
        run_.progress.knowledge_gate(gate);
      }
    }
    for (int i = 0; i < static_cast<int>(plan.trainings.size()); ++i) {
      if (planned(i).is_search()) run_taken_groups();  // it needs what its trials answered
      if (!run_group(i, claim_training(i))) taken_.push_back(i);
    }
    run_taken_groups();
    const int cells = static_cast<int>(plan.cells.size());
    outcome_.left = cells - outcome_.computed - outcome_.cached - outcome_.failed;
    outcome_.state = outcome_.left > 0 ? "interrupted" : outcome_.failed > 0 ? "failed" : "done";
    const std::string error = outcome_.failures.empty() ? "" : outcome_.failures[0];
    run_.store.finish_run(run_.run_id, outcome_.state, error);
    return std::move(outcome_);
  }

 private:
  // Two runs that want the same thing: one does it, and the other takes what came out. A run that
  // repeats another takes nothing, and so leaves nothing to others either.
  std::optional<ByteLock> claim(const std::string& hash) const {
    if (!run_.plan.options.reuse) return ByteLock::nothing();
    return claim_work(run_.store.artifact_folder(), hash);
  }
  const PlannedTraining& planned(int training) const {
    return run_.plan.trainings[static_cast<std::size_t>(training)];
  }
  std::optional<ByteLock> claim_training(int training) const {
    return claim(planned(training).hash);
  }
  std::optional<ByteLock> await(const std::string& hash) {
    if (!waited_) {
      run_.progress.warned("another run is at the same work; this one waits for what comes out");
    }
    waited_ = true;
    return await_work(run_.store.artifact_folder(), hash, run_.stop);
  }

  void run_taken_groups() {
    for (const int i : std::exchange(taken_, {})) run_group(i, await(planned(i).hash));
  }

  // The cells of the base model (-1) or of one training. False: that training is claimed by another
  // run, and its cells are still to do.
  bool run_group(int training, std::optional<ByteLock> claimed) {
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < run_.plan.cells.size(); ++i) {
      if (run_.plan.cells[i].training != training || settled_[i]) continue;
      settled_[i] = reuse_cell(run_, i);
      if (settled_[i]) {
        ++outcome_.cached;
      } else {
        waiting.push_back(i);
      }
    }
    if (waiting.empty() || run_.stop.load()) return true;
    if (training < 0) {
      run_.bench.engine->use_base();
      run_cells(waiting, nullptr);
      return true;
    }
    if (!claimed) return false;
    run_tuned(training, waiting, std::move(claimed));
    return true;
  }

  void run_tuned(int training, const std::vector<std::size_t>& waiting,
                 std::optional<ByteLock> claimed) {
    const bool search = planned(training).is_search();
    TrainedModel trained;
    try {
      trained = ensure_training(run_, search ? chosen_rate(run_, planned(training)) : training);
    } catch (const Error& error) {
      if (!search) throw;
      trained.error = error.what();
    }
    claimed.reset();
    if (trained.state == WorkState::kInterrupted) return;
    if (trained.state == WorkState::kDone && !search) {
      ++(trained.reused ? outcome_.trainings_reused : outcome_.trained);
    }
    std::string error = trained.error;
    if (trained.state == WorkState::kDone) error = load_tuned(trained, training);
    if (error.empty()) return run_cells(waiting, &trained);
    for (const std::size_t cell : waiting) {
      record_failed_cell(run_, cell, error);
      note_failure(cell, error);
    }
  }

  std::string load_tuned(const TrainedModel& trained, int training) {
    const bool early = run_.tuning(planned(training).tuning).early_stop;
    try {
      run_.bench.engine->use_tuned(early ? trained.folder / kEarlyStop : trained.folder);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  void run_cells(const std::vector<std::size_t>& cells, const TrainedModel* trained) {
    std::vector<std::size_t> taken;
    for (const std::size_t cell : cells) {
      if (run_.stop.load()) return;
      if (const auto claimed = claim(run_.plan.cells[cell].hash)) {
        run_cell(cell, trained);
      } else {
        taken.push_back(cell);
      }
    }
    for (const std::size_t cell : taken) {
      if (const auto claimed = await(run_.plan.cells[cell].hash)) run_cell(cell, trained);
    }
  }

  void run_cell(std::size_t cell, const TrainedModel* trained) {
    if (reuse_cell(run_, cell)) {  // finished by another run in the meantime
      ++outcome_.cached;
      return;
    }
    const CellResult result = ensure_cell(run_, cell, trained);
    if (result.state == WorkState::kDone) ++outcome_.computed;
    if (result.state == WorkState::kFailed) note_failure(cell, result.error);
  }

  void note_failure(std::size_t cell, const std::string& error) {
    const PlannedCell& planned = run_.plan.cells[cell];
    ++outcome_.failed;
    outcome_.failures.push_back(
        fmt::format("{}, {}: {}", run_.suite(planned.suite).name, planned.label, error));
  }

  Execution run_;
  std::vector<bool> settled_;  // by cell: taken from the store
  std::vector<int> taken_;     // trainings that another run claimed
  bool waited_ = false;        // for another run
  RunOutcome outcome_;
};

void refuse_changes(std::int64_t run_id, const std::vector<ChangedInput>& changes) {
  if (changes.empty()) return;
  throw Error(
      fmt::format("an input of run {} is not what it was: {}", run_id, describe(changes[0])),
      changes[0].path.empty() ? changes[0].name : changes[0].path,
      "put it back as it was, or start anew with `quadrant run`");
}

// The same inputs give another plan only in another program or with another engine.
void refuse_other_plan(const Store& store, std::int64_t run_id, const Plan& plan) {
  for (const RunCellRow& row : store.run_cells(run_id)) {
    const bool planned =
        std::any_of(plan.cells.begin(), plan.cells.end(),
                    [&](const PlannedCell& cell) { return cell.hash == row.cell.hash; });
    if (planned) continue;
    throw Error(fmt::format("run {} was begun by another build or engine of quadrant", run_id),
                store.file().string(), "start anew with `quadrant run`");
  }
}

RunOutcome execute(Store& store, Workbench& bench, const Plan& plan, std::int64_t run_id,
                   Progress& progress, const std::atomic<bool>& stop) {
  try {
    for (const std::string& note : bench.notes) progress.warned(note);
    for (const std::string& note : lock_design(store, run_id, plan, bench)) progress.warned(note);
    return Runner({store, bench, plan, run_id, progress, stop,
                   register_cells(store, bench, plan, run_id)})
        .go();
  } catch (const std::exception& error) {
    try {
      store.finish_run(run_id, "interrupted", error.what());
    } catch (const Error&) {
      // The store cannot be written; the lock is let go, so the run can be resumed all the same.
    }
    throw;
  }
}

}  // namespace

Experiment stored_experiment(const Store& store, std::int64_t run_id) {
  return parse_resolved(nlohmann::json::parse(store.run(run_id).config));
}

RunOutcome run_plan(Store& store, Workbench& bench, const RunRequest& request, Progress& progress,
                    const std::atomic<bool>& stop) {
  const Experiment& experiment = request.plan.experiment;
  RunRow row;
  row.experiment_id =
      store.put_experiment(experiment.name, canonical_json(resolved(experiment)), request.source);
  row.environment_id = store.put_environment(bench.environment());
  row.reproduces = request.reproduces;
  row.argv = canonical_json(request.argv);
  row.options = canonical_json(to_json(request.plan.options));
  // A repeated run read what the first one read, wherever it lies now; only the device may be
  // another.
  std::vector<InputRow> inputs = request.reproduces ? store.run_inputs(*request.reproduces)
                                                    : collect_inputs(experiment, bench);
  for (InputRow& input : inputs) {
    if (input.name == "experiment") input.hash = json_hash(resolved(experiment));
  }
  const std::int64_t run_id = store.begin_run(row, inputs);
  const RunLock lock(store.artifact_folder(), run_id);
  return execute(store, bench, request.plan, run_id, progress, stop);
}

RunOutcome resume_run(Store& store, std::int64_t run_id, const WorkbenchLoader& load,
                      Progress& progress, const std::atomic<bool>& stop) {
  const RunRow row = store.run(run_id);
  RunOutcome whole;
  whole.run_id = run_id;
  whole.state = row.state;
  whole.cached = static_cast<int>(store.run_cells(run_id).size());
  if (row.state == "done") return whole;
  const RunLock lock(store.artifact_folder(), run_id);
  const auto stored = store.run_inputs(run_id);
  const Experiment experiment = stored_experiment(store, run_id);
  Reloaded reloaded = reload(experiment, stored, store.artifact_folder(), load);
  refuse_changes(run_id, reloaded.changed);
  Workbench& bench = *reloaded.bench;
  PlanOptions options = plan_options(nlohmann::json::parse(row.options));
  options.reuse = !row.reproduces;
  const Plan plan = make_plan(experiment, bench, &store, options);
  refuse_other_plan(store, run_id, plan);
  store.reopen_run(run_id);
  return execute(store, bench, plan, run_id, progress, stop);
}

}  // namespace quadrant
