// The read side: trainings, their curves and files, and how fast work went.
#include "harness/store/sql.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

constexpr const char* kTraining =
    "SELECT training_id,hash,run_id,dataset_id,seed,method,config,state,last_step,steps,"
    "trainable_params,peak_bytes,tokens,seconds,flops,weights_hash,error,energy_j FROM training ";

std::vector<TrainingRow> read_trainings(Statement query) {
  std::vector<TrainingRow> rows;
  while (query.step()) {
    TrainingRow& row = rows.emplace_back();
    row.id = query.integer(0);
    row.hash = query.text(1);
    row.run_id = query.integer(2);
    row.dataset_id = query.integer(3);
    row.seed = query.integer(4);
    row.method = query.text(5);
    row.config = query.text(6);
    row.state = query.text(7);
    row.last_step = query.integer(8);
    row.steps = optional_integer(query, 9);
    row.trainable_params = optional_integer(query, 10);
    row.peak_bytes = optional_integer(query, 11);
    row.tokens = optional_integer(query, 12);
    row.seconds = query.real(13);
    row.flops = query.real(14);
    row.weights_hash = query.text(15);
    row.error = query.text(16);
    row.energy_j = query.real(17);
  }
  return rows;
}

std::optional<double> speed(const Database& database, const char* sql) {
  Statement query = database.prepare(sql);
  if (!query.step() || query.is_null(0)) return std::nullopt;
  return query.real(0);
}

}  // namespace

std::vector<TrainingRow> Store::trainings(const std::string& hash) const {
  Statement query =
      database_.prepare(std::string(kTraining) + "WHERE hash=? ORDER BY training_id DESC");
  query.bind(1, hash);
  return read_trainings(std::move(query));
}

std::vector<TrainingRow> Store::trainings_of_run(std::int64_t run_id) const {
  Statement query =
      database_.prepare(std::string(kTraining) + "WHERE run_id=? ORDER BY training_id");
  query.bind(1, run_id);
  return read_trainings(std::move(query));
}

std::vector<TrainingStep> Store::training_steps(std::int64_t training_id,
                                                const std::string& split) const {
  Statement query = database_.prepare(
      "SELECT s.step,coalesce(t.steps,s.step),s.loss,s.grad_norm,s.lr,s.tokens,s.seconds "
      "FROM training_step s JOIN training t USING(training_id) "
      "WHERE s.training_id=? AND s.split=? ORDER BY s.step");
  query.bind(1, training_id).bind(2, split);
  std::vector<TrainingStep> steps;
  while (query.step()) {
    TrainingStep& step = steps.emplace_back();
    step.step = static_cast<int>(query.integer(0));
    step.steps = static_cast<int>(query.integer(1));
    step.loss = query.real(2);
    step.grad_norm = query.real(3);
    step.learning_rate = query.real(4);
    step.tokens = query.integer(5);
    step.seconds = query.real(6);
  }
  return steps;
}

std::vector<ArtifactRow> Store::artifacts_of_training(std::int64_t training_id) const {
  Statement query = database_.prepare(
      "SELECT hash,kind,path,bytes,run_id,step FROM artifact WHERE training_id=? ORDER BY path");
  query.bind(1, training_id);
  std::vector<ArtifactRow> rows;
  while (query.step()) {
    rows.push_back({query.text(0), query.text(1), query.text(2), query.integer(3),
                    optional_integer(query, 4), training_id, optional_integer(query, 5)});
  }
  return rows;
}

std::optional<double> Store::answering_speed() const {
  return speed(database_,
               "SELECT sum(flops)/sum(seconds) FROM attempt WHERE state='done' AND seconds>0 "
               "AND flops>0");
}

std::optional<double> Store::training_speed() const {
  return speed(database_,
               "SELECT sum(flops)/sum(seconds) FROM training WHERE state='done' AND seconds>0");
}

}  // namespace quadrant
