// The experiment store: one SQLite file that holds everything a run asked, did and concluded.
//
// Goals: each put_ is one transaction, so a crash at any moment leaves a whole store; content is
// kept once, by hash; several processes may use one file. Non-goals: knowing what a cell means
// (harness/run), the questions a report asks (report_queries.h).
// Errors: StoreError for what the disk or another process did, Error for a file that is not ours.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/store/rows.h"
#include "harness/store/sqlite.h"

namespace quadrant {

inline constexpr int kStoreVersion = 3;  // PRAGMA user_version of the schema

// SHA-256 over the items in order: identity of a test set, whatever file it came from.
std::string items_hash(std::span<const Item> items);

// SHA-256 over prompt, output, stop, log-probabilities and error of every record of an attempt, in
// item order: equal hashes mean bit-identical results.
std::string output_hash(const Database& database, std::int64_t attempt_id);

class Store {
 public:
  enum class Open { kExisting, kCreate };
  // kExisting: Error when nothing is there. Error for a folder, for a file that is not SQLite or
  // not ours, and for a store that a newer version wrote. Older stores are migrated in place.
  // A bundle (bundle.h) is checked whole, and can then only be read.
  explicit Store(const std::filesystem::path& file, Open mode = Open::kExisting);

  Database& database() { return database_; }
  const Database& database() const { return database_; }
  const std::filesystem::path& file() const { return file_; }
  // "<file without extension>.artifacts", where big files live; made when first needed.
  std::filesystem::path artifact_folder() const;

  // What was asked. Each returns the key; equal content gives the same key again.
  std::int64_t put_blob(const std::string& kind, const std::string& body);
  std::int64_t put_dataset(const DatasetRow& dataset, std::span<const Item> items = {});
  std::int64_t put_experiment(const std::string& name, const std::string& config,
                              const std::string& source);  // canonical JSON; the TOML as written
  std::int64_t put_strategy(const StrategyRow& strategy);
  std::int64_t put_cell(const CellRow& cell);
  std::int64_t put_environment(const EnvironmentRow& environment);

  // Runs. Times are UTC and set here.
  std::int64_t begin_run(const RunRow& run, std::span<const InputRow> inputs);
  void heartbeat(std::int64_t run_id);
  void reopen_run(std::int64_t run_id);  // state running again, error and end cleared
  // With synchronous=FULL: after it returns, a power cut does not undo the run.
  void finish_run(std::int64_t run_id, const std::string& state, const std::string& error = "");
  void put_run_cell(std::int64_t run_id, const RunCellRow& cell);  // cell.cell.id must be set
  void set_run_cell(std::int64_t run_id, std::int64_t cell_id,
                    std::optional<std::int64_t> attempt_id, const std::string& origin);
  void put_lock(const LockRow& lock);  // the time is set here

  // Trainings.
  std::int64_t begin_training(const TrainingRow& training);
  // A step seen again replaces itself, and its energy adds up: it was used. NaN: not readable, and
  // then that of the whole training is not known.
  void put_training_step(std::int64_t training_id, const TrainingStep& step,
                         double energy_j = kNull);
  void update_training(const TrainingRow& training);  // state, steps, costs, weights_hash, error

  // Attempts.
  std::int64_t begin_attempt(const AttemptRow& attempt);
  void set_attempt_state(std::int64_t attempt_id, const std::string& state,
                         const std::string& error = "");
  void set_attempt_sources(std::int64_t attempt_id, std::optional<std::int64_t> training_id,
                           const IndexUse& index);
  // One transaction: records with their passages and scores, the attempt's cost so far (seconds,
  // FLOPs and energy add up, peak is the highest; energy is not known when that of any batch is
  // not), the run's heartbeat.
  void put_batch(std::int64_t attempt_id, std::span<const RecordRow> records, const Cost& cost);
  // One transaction: output hash, summaries, state done.
  void finish_attempt(std::int64_t attempt_id, const std::string& output_hash,
                      std::span<const SummaryRow> summaries);
  // Adds or replaces scores of stored records (scoring again needs no model).
  struct RecordScore {
    std::int64_t record_id;
    ScoreRow score;
  };
  void put_scores(std::span<const RecordScore> scores);
  void put_artifact(const ArtifactRow& artifact);  // the same path again replaces the row
  void forget_files(std::int64_t training_id);     // its rows of files, not the files

  // Reading. An id that is not there is an Error that names it.
  std::vector<RunRow> runs() const;  // oldest first, without config
  RunRow run(std::int64_t run_id) const;
  std::int64_t find_run(const std::string& name) const;   // "latest", an id, a hash prefix
  std::int64_t find_cell(const std::string& name) const;  // an id, a hash prefix
  std::string experiment_source(std::int64_t run_id) const;
  EnvironmentRow environment(std::int64_t environment_id) const;
  std::vector<InputRow> run_inputs(std::int64_t run_id) const;      // by name
  std::vector<RunCellRow> run_cells(std::int64_t run_id) const;     // in the order of the plan
  std::vector<LockRow> locks(std::int64_t run_id) const;            // by suite
  std::vector<LockRow> locks_on(const std::string& subject) const;  // of all runs, oldest first
  CellRow cell(std::int64_t cell_id) const;
  std::optional<std::int64_t> cell_id(const std::string& hash) const;
  std::optional<AttemptRow> done_attempt(const std::string& cell_hash) const;  // the newest
  // The attempt of this run at this cell, finished or not.
  std::optional<AttemptRow> attempt_of_run(std::int64_t run_id, std::int64_t cell_id) const;
  AttemptRow attempt(std::int64_t attempt_id) const;
  std::vector<AttemptRow> attempts(std::int64_t cell_id) const;
  std::vector<std::int64_t> recorded_items(std::int64_t attempt_id) const;  // item_no, ascending
  // In item order; retrieval and scores included. The visitor sees one record at a time.
  void for_each_record(std::int64_t attempt_id,
                       const std::function<void(const RecordRow&)>& visit) const;
  std::vector<RecordRow> records(std::int64_t attempt_id) const;
  std::vector<SummaryRow> summaries(std::int64_t attempt_id) const;
  std::vector<Item> items(std::int64_t dataset_id) const;  // in order: position = item_no
  std::vector<TrainingRow> trainings(const std::string& hash) const;     // newest first
  std::vector<TrainingRow> trainings_of_run(std::int64_t run_id) const;  // oldest first
  std::vector<TrainingStep> training_steps(std::int64_t training_id,
                                           const std::string& split = "train") const;
  std::vector<ArtifactRow> artifacts_of_training(std::int64_t training_id) const;
  // FLOPs per second of finished work here, for predictions; empty when nothing is known.
  std::optional<double> answering_speed() const;
  std::optional<double> training_speed() const;

 private:
  std::filesystem::path file_;
  Database database_;
};

}  // namespace quadrant
