// One training of a run: reused, continued or started, with its curve and its files in the store.
#include <fmt/format.h>

#include <algorithm>

#include "harness/core/cache_limit.h"
#include "harness/core/energy.h"
#include "harness/core/error.h"
#include "harness/core/half_written.h"
#include "harness/core/sha256.h"
#include "harness/run/execution.h"
#include "harness/run/provenance.h"
#include "harness/store/sqlite.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

fs::path training_folder(const Store& store, std::int64_t id) {
  return store.artifact_folder() / fmt::format("training-{}", id);
}

bool files_are_intact(const Store& store, std::int64_t id) {
  const auto files = store.artifacts_of_training(id);
  return !files.empty() && std::all_of(files.begin(), files.end(), [&](const ArtifactRow& file) {
    const fs::path path = store.artifact_folder() / file.path;
    return fs::is_regular_file(path) && sha256_file(path) == file.hash;
  });
}

void record_files(Execution& run, const TrainingRow& row) {
  const fs::path root = run.store.artifact_folder();
  for (const auto& entry : fs::recursive_directory_iterator(training_folder(run.store, row.id))) {
    if (!entry.is_regular_file()) continue;
    run.store.put_artifact({sha256_file(entry.path()), row.method == "lora" ? "adapter" : "weights",
                            fs::relative(entry.path(), root).string(),
                            static_cast<std::int64_t>(entry.file_size()), run.run_id, row.id,
                            row.last_step});
  }
}

// Seconds and tokens come from the stored curve: it also holds the steps before an interruption.
void add_costs(const Store& store, TrainingRow& row, const TrainingResult& result) {
  double seconds = 0;
  std::int64_t tokens = 0;
  for (const TrainingStep& step : store.training_steps(row.id)) {
    seconds += step.seconds;
    tokens += step.tokens;
  }
  row.seconds = seconds;
  row.tokens = tokens;
  row.flops = result.flops;
  if (result.tokens > 0) {
    row.flops *= static_cast<double>(tokens) / static_cast<double>(result.tokens);
  }
}

// The row to work on: this run's own, or a new one. `finished` is set to a training to reuse.
TrainingRow choose_row(Execution& run, const PlannedTraining& planned, bool& finished) {
  finished = false;
  for (const TrainingRow& row : run.store.trainings(planned.hash)) {
    const bool own = row.run_id == run.run_id;
    if (row.state == "done") {
      finished = (own || run.plan.options.reuse) && files_are_intact(run.store, row.id);
      if (finished) return row;
    } else if (own) {
      return row;
    }
  }
  const Suite& suite = run.suite(planned.suite);
  TrainingRow row;
  row.hash = planned.hash;
  row.run_id = run.run_id;
  row.dataset_id = run.store.put_dataset({planned.dataset_hash, suite.name, suite.version, "train",
                                          suite.source, suite.licence, planned.sequences});
  row.seed = static_cast<std::int64_t>(planned.seed);
  row.method = run.tuning(planned.tuning).method;
  row.config = planned.spec;
  row.id = run.store.begin_training(row);
  return row;
}

TrainedModel finish(Execution& run, TrainingRow& row, const ModelEngine::Training& training) {
  TrainedModel trained{WorkState::kInterrupted, row.id, training_folder(run.store, row.id), false,
                       ""};
  row.state = "interrupted";
  if (training.finished) {
    trained.state = WorkState::kDone;
    row.state = "done";
    row.steps = row.last_step = training.result.steps;
    row.trainable_params = training.result.trainable_parameters;
    row.peak_bytes = peak_memory();
    row.weights_hash = training.result.weights_hash;
    add_costs(run.store, row, training.result);
    record_files(run, row);
  }
  run.store.update_training(row);
  return trained;
}

ModelEngine::Training train(Execution& run, const PlannedTraining& planned, TrainingRow& row,
                            TrainingProgress& progress) {
  ModelEngine& engine = *run.bench.engine;
  engine.use_base();
  TrainingJob job;
  job.tuning = tuning_of(run.plan.experiment, planned);
  job.seed = planned.seed;
  job.folder = training_folder(run.store, row.id);
  job.sequences =
      run.bench.makers.make_training_set(job.tuning, run.suite(planned.suite), engine.model());
  if (job.tuning.early_stop) {
    job.dev = run.bench.makers.make_dev_set(job.tuning, run.suite(planned.suite), engine.model());
  }
  fs::create_directories(job.folder);
  remove_half_written(job.folder);
  reset_peak_memory();
  EnergyMeter energy;
  return engine.train(job, [&](const TrainingStep& step) {
    run.store.put_training_step(row.id, step, energy.lap());
    run.store.heartbeat(run.run_id);
    row.last_step = step.step;
    row.steps = step.steps;
    progress.step = step;
    run.progress.training_advanced(progress);
    return !run.stop.load();
  });
}

}  // namespace

TrainedModel ensure_training(Execution& run, int number) {
  const auto& all = run.plan.trainings;
  const PlannedTraining& planned = all[static_cast<std::size_t>(number)];
  const auto before = std::count_if(all.begin(), all.begin() + number,
                                    [](const auto& one) { return !one.is_search(); });
  TrainingProgress progress{static_cast<int>(before) + 1,
                            run.plan.training_count(),
                            run.suite(planned.suite).name,
                            planned.label,
                            {}};
  bool finished = false;
  TrainingRow row = choose_row(run, planned, finished);
  if (finished) {
    mark_used(training_folder(run.store, row.id));
    run.progress.training_finished(progress, "cached", "");
    return {WorkState::kDone, row.id, training_folder(run.store, row.id), true, ""};
  }
  run.progress.training_started(progress);
  try {
    row.error.clear();
    const TrainedModel trained = finish(run, row, train(run, planned, row, progress));
    run.progress.training_finished(progress, row.state, "");
    return trained;
  } catch (const StoreError&) {
    throw;
  } catch (const Error& error) {
    row.state = "failed";
    row.error = error.what();
    run.store.update_training(row);
    run.progress.training_finished(progress, row.state, row.error);
    return {WorkState::kFailed, row.id, {}, false, row.error};
  }
}

}  // namespace quadrant
