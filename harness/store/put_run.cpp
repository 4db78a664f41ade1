// The write side: runs, trainings and artifacts.
#include <random>

#include "harness/core/sha256.h"
#include "harness/store/sql.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

// Runs of two stores must not share a name, so it is drawn, not derived.
std::string new_run_hash() {
  std::random_device device;
  std::string entropy;
  for (int i = 0; i < 8; ++i) entropy += std::to_string(device()) + ",";
  return sha256_hex(entropy);
}

}  // namespace

std::int64_t Store::begin_run(const RunRow& run, std::span<const InputRow> inputs) {
  Transaction transaction(database_);
  database_
      .prepare(
          "INSERT INTO run(hash,experiment_id,env_id,reproduces,argv,options,state,started_at,"
          "heartbeat_at) VALUES(?,?,?,?,?,?,'running'," QUADRANT_NOW "," QUADRANT_NOW ")")
      .bind(1, new_run_hash())
      .bind(2, run.experiment_id)
      .bind(3, run.environment_id)
      .bind(4, run.reproduces)
      .bind(5, run.argv)
      .bind(6, run.options)
      .run();
  const std::int64_t id = database_.last_insert_id();
  for (const InputRow& input : inputs) {
    database_.prepare("INSERT INTO run_input(run_id,name,path,hash) VALUES(?,?,?,?)")
        .bind(1, id)
        .bind(2, input.name)
        .bind(3, input.path)
        .bind(4, input.hash)
        .run();
  }
  transaction.commit();
  return id;
}

void Store::heartbeat(std::int64_t run_id) {
  database_.prepare("UPDATE run SET heartbeat_at=" QUADRANT_NOW " WHERE run_id=?")
      .bind(1, run_id)
      .run();
}

void Store::reopen_run(std::int64_t run_id) {
  database_
      .prepare("UPDATE run SET state='running',ended_at=NULL,error=NULL,heartbeat_at=" QUADRANT_NOW
               " WHERE run_id=?")
      .bind(1, run_id)
      .run();
}

void Store::finish_run(std::int64_t run_id, const std::string& state, const std::string& error) {
  database_.execute("PRAGMA synchronous=FULL");
  database_
      .prepare("UPDATE run SET state=?,error=?,ended_at=" QUADRANT_NOW ",heartbeat_at=" QUADRANT_NOW
               " WHERE run_id=?")
      .bind(1, state)
      .bind(2, null_if_empty(error))
      .bind(3, run_id)
      .run();
  database_.execute("PRAGMA synchronous=NORMAL");
}

void Store::put_run_cell(std::int64_t run_id, const RunCellRow& cell) {
  database_
      .prepare(
          "INSERT INTO run_cell(run_id,cell_id,position,context,tuning,attempt_id,origin,metrics) "
          "VALUES(?1,?2,(SELECT count(*) FROM run_cell WHERE run_id=?1),?3,?4,?5,?6,?7) "
          "ON CONFLICT DO NOTHING")
      .bind(1, run_id)
      .bind(2, cell.cell.id)
      .bind(3, cell.context)
      .bind(4, cell.tuning)
      .bind(5, cell.attempt_id)
      .bind(6, cell.origin)
      .bind(7, cell.metrics)
      .run();
}

void Store::set_run_cell(std::int64_t run_id, std::int64_t cell_id,
                         std::optional<std::int64_t> attempt_id, const std::string& origin) {
  database_.prepare("UPDATE run_cell SET attempt_id=?,origin=? WHERE run_id=? AND cell_id=?")
      .bind(1, attempt_id)
      .bind(2, origin)
      .bind(3, run_id)
      .bind(4, cell_id)
      .run();
}

void Store::put_lock(const LockRow& lock) {
  database_
      .prepare(
          "INSERT INTO lock(run_id,suite,hash,subject,spec,note,locked_at) "
          "VALUES(?,?,?,?,?,?," QUADRANT_NOW ")")
      .bind(1, lock.run_id)
      .bind(2, lock.suite)
      .bind(3, lock.hash)
      .bind(4, lock.subject)
      .bind(5, lock.spec)
      .bind(6, lock.note)
      .run();
}

std::int64_t Store::begin_training(const TrainingRow& training) {
  database_
      .prepare(
          "INSERT INTO training(hash,run_id,dataset_id,seed,method,config,state) "
          "VALUES(?,?,?,?,?,?,'running')")
      .bind(1, training.hash)
      .bind(2, training.run_id)
      .bind(3, training.dataset_id)
      .bind(4, training.seed)
      .bind(5, training.method)
      .bind(6, training.config)
      .run();
  return database_.last_insert_id();
}

void Store::put_training_step(std::int64_t training_id, const TrainingStep& step, double energy_j) {
  Transaction transaction(database_);
  database_
      .prepare(
          "INSERT OR REPLACE INTO training_step(training_id,step,split,loss,grad_norm,lr,"
          "tokens,seconds) VALUES(?,?,?,?,?,?,?,?)")
      .bind(1, training_id)
      .bind(2, step.step)
      .bind(3, "train")
      .bind(4, step.loss)
      .bind(5, step.grad_norm)
      .bind(6, step.learning_rate)
      .bind(7, step.tokens)
      .bind(8, step.seconds)
      .run();
  database_
      .prepare(
          "UPDATE training SET last_step=?,steps=?,"
          "energy_j=CASE WHEN last_step=0 THEN ?3 ELSE energy_j+?3 END WHERE training_id=?")
      .bind(1, step.step)
      .bind(2, step.steps)
      .bind(3, energy_j)
      .bind(4, training_id)
      .run();
  transaction.commit();
}

void Store::update_training(const TrainingRow& training) {
  database_
      .prepare(
          "UPDATE training SET state=?,last_step=?,steps=?,trainable_params=?,peak_bytes=?,"
          "tokens=?,seconds=?,flops=?,weights_hash=?,error=? WHERE training_id=?")
      .bind(1, training.state)
      .bind(2, training.last_step)
      .bind(3, training.steps)
      .bind(4, training.trainable_params)
      .bind(5, training.peak_bytes)
      .bind(6, training.tokens)
      .bind(7, training.seconds)
      .bind(8, training.flops)
      .bind(9, null_if_empty(training.weights_hash))
      .bind(10, null_if_empty(training.error))
      .bind(11, training.id)
      .run();
}

void Store::put_artifact(const ArtifactRow& artifact) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO artifact(hash,kind,path,bytes,run_id,training_id,step) "
          "VALUES(?,?,?,?,?,?,?)")
      .bind(1, artifact.hash)
      .bind(2, artifact.kind)
      .bind(3, artifact.path)
      .bind(4, artifact.bytes)
      .bind(5, artifact.run_id)
      .bind(6, artifact.training_id)
      .bind(7, artifact.step)
      .run();
}

void Store::forget_files(std::int64_t training_id) {
  database_.prepare("DELETE FROM artifact WHERE training_id=?").bind(1, training_id).run();
}

}  // namespace quadrant
