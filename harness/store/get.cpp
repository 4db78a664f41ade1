// The read side: runs, cells, attempts.
#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/store/sql.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

[[noreturn]] void not_there(const Store& store, const char* what, const std::string& name) {
  throw Error(fmt::format("the store has no {} {}", what, name), store.file().string(),
              "`quadrant list runs` and `quadrant show RUN` say what is there");
}

constexpr const char* kRun =
    "SELECT r.run_id,r.hash,r.experiment_id,r.env_id,e.name,e.config_hash,r.reproduces,r.argv,"
    "r.options,r.state,r.started_at,r.heartbeat_at,r.ended_at,r.error,e.config "
    "FROM run r JOIN experiment e USING(experiment_id) ";

RunRow read_run(const Statement& query) {
  RunRow run;
  run.id = query.integer(0);
  run.hash = query.text(1);
  run.experiment_id = query.integer(2);
  run.environment_id = query.integer(3);
  run.experiment = query.text(4);
  run.config_hash = query.text(5);
  run.reproduces = optional_integer(query, 6);
  run.argv = query.text(7);
  run.options = query.text(8);
  run.state = query.text(9);
  run.started_at = query.text(10);
  run.heartbeat_at = query.text(11);
  run.ended_at = query.text(12);
  run.error = query.text(13);
  return run;
}

#define CELL_COLUMNS                                                                         \
  "c.cell_id,c.hash,c.spec,c.suite,c.task,c.task_version,c.dataset_id,c.strategy_id,c.seed," \
  "c.decoding,c.expected"

CellRow read_cell(const Statement& query) {
  CellRow cell;
  cell.id = query.integer(0);
  cell.hash = query.text(1);
  cell.spec = query.text(2);
  cell.suite = query.text(3);
  cell.task = query.text(4);
  cell.task_version = query.text(5);
  cell.dataset_id = query.integer(6);
  cell.strategy_id = query.integer(7);
  cell.seed = optional_integer(query, 8);
  cell.decoding = query.text(9);
  cell.expected = query.integer(10);
  return cell;
}

constexpr const char* kAttempt =
    "SELECT a.attempt_id,a.cell_id,a.run_id,a.training_id,a.index_hash,a.state,a.output_hash,"
    "a.seconds,a.flops,a.peak_bytes,a.error FROM attempt a ";

AttemptRow read_attempt(const Statement& query) {
  AttemptRow attempt;
  attempt.id = query.integer(0);
  attempt.cell_id = query.integer(1);
  attempt.run_id = query.integer(2);
  attempt.training_id = optional_integer(query, 3);
  attempt.index_hash = query.text(4);
  attempt.state = query.text(5);
  attempt.output_hash = query.text(6);
  attempt.seconds = query.real(7);
  attempt.flops = query.real(8);
  attempt.peak_bytes = optional_integer(query, 9);
  attempt.error = query.text(10);
  return attempt;
}

constexpr const char* kLock = "SELECT run_id,suite,hash,subject,spec,note,locked_at FROM lock ";

std::vector<LockRow> read_locks(Statement& query) {
  std::vector<LockRow> rows;
  while (query.step()) {
    rows.push_back({query.integer(0), query.text(1), query.text(2), query.text(3), query.text(4),
                    query.text(5), query.text(6)});
  }
  return rows;
}

bool all_of(const std::string& text, const char* characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string::npos;
}

// The one row whose key is `name`, or whose hash begins with it.
std::int64_t find_by_name(const Store& store, const char* what, const std::string& by_key,
                          const std::string& by_hash, const std::string& name) {
  if (all_of(name, "0123456789") && name.size() < 18) {
    Statement query = store.database().prepare(by_key);
    query.bind(1, static_cast<std::int64_t>(std::stoll(name)));
    if (query.step()) return query.integer(0);
  }
  constexpr std::size_t kShortest = 4;
  if (!all_of(name, "0123456789abcdef") || name.size() < kShortest) not_there(store, what, name);
  Statement query = store.database().prepare(by_hash);
  query.bind(1, name);
  if (!query.step()) not_there(store, what, name);
  const std::int64_t id = query.integer(0);
  if (query.step()) {
    throw Error(fmt::format("more than one {} begins with {}", what, name), store.file().string(),
                "give more digits of the hash, or the number");
  }
  return id;
}

}  // namespace

std::vector<RunRow> Store::runs() const {
  Statement query = database_.prepare(std::string(kRun) + "ORDER BY r.run_id");
  std::vector<RunRow> rows;
  while (query.step()) rows.push_back(read_run(query));
  return rows;
}

RunRow Store::run(std::int64_t run_id) const {
  Statement query = database_.prepare(std::string(kRun) + "WHERE r.run_id=?");
  query.bind(1, run_id);
  if (!query.step()) not_there(*this, "run", std::to_string(run_id));
  RunRow row = read_run(query);
  row.config = query.text(14);
  return row;
}

std::int64_t Store::find_run(const std::string& name) const {
  if (name != "latest") {
    return find_by_name(*this, "run", "SELECT run_id FROM run WHERE run_id=?",
                        "SELECT run_id FROM run WHERE substr(hash,1,length(?1))=?1 LIMIT 2", name);
  }
  Statement query = database_.prepare("SELECT max(run_id) FROM run");
  if (!query.step() || query.is_null(0)) not_there(*this, "run", "yet");
  return query.integer(0);
}

std::int64_t Store::find_cell(const std::string& name) const {
  return find_by_name(*this, "cell", "SELECT cell_id FROM cell WHERE cell_id=?",
                      "SELECT cell_id FROM cell WHERE substr(hash,1,length(?1))=?1 LIMIT 2", name);
}

std::string Store::experiment_source(std::int64_t run_id) const {
  Statement query = database_.prepare(
      "SELECT b.body FROM run r JOIN experiment e USING(experiment_id) "
      "JOIN blob b ON b.blob_id=e.source WHERE r.run_id=?");
  query.bind(1, run_id);
  if (!query.step()) not_there(*this, "run", std::to_string(run_id));
  return query.text(0);
}

EnvironmentRow Store::environment(std::int64_t environment_id) const {
  const auto row = read_environment(database_, environment_id);
  if (!row) not_there(*this, "environment", std::to_string(environment_id));
  return *row;
}

std::optional<EnvironmentRow> read_environment(const Database& database,
                                               std::int64_t environment_id) {
  Statement query = database.prepare(
      "SELECT v.git_commit,v.git_dirty,b.body,v.build,v.hardware,v.libraries,v.determinism "
      "FROM environment v LEFT JOIN blob b ON b.blob_id=v.diff WHERE v.env_id=?");
  query.bind(1, environment_id);
  if (!query.step()) return std::nullopt;
  EnvironmentRow row;
  row.git_commit = query.text(0);
  row.git_dirty = query.integer(1) != 0;
  row.diff = query.text(2);
  row.build = query.text(3);
  row.hardware = query.text(4);
  row.libraries = query.text(5);
  row.determinism = query.text(6);
  return row;
}

std::vector<InputRow> Store::run_inputs(std::int64_t run_id) const {
  Statement query =
      database_.prepare("SELECT name,path,hash FROM run_input WHERE run_id=? ORDER BY name");
  query.bind(1, run_id);
  std::vector<InputRow> rows;
  while (query.step()) rows.push_back({query.text(0), query.text(1), query.text(2)});
  return rows;
}

std::vector<RunCellRow> Store::run_cells(std::int64_t run_id) const {
  Statement query = database_.prepare(
      "SELECT " CELL_COLUMNS
      ",rc.context,rc.tuning,rc.attempt_id,rc.origin,a.state,a.error,rc.metrics,d.split "
      "FROM run_cell rc JOIN cell c USING(cell_id) JOIN dataset d USING(dataset_id) "
      "LEFT JOIN attempt a USING(attempt_id) "
      "WHERE rc.run_id=? ORDER BY rc.position");
  query.bind(1, run_id);
  std::vector<RunCellRow> rows;
  while (query.step()) {
    RunCellRow& row = rows.emplace_back();
    row.cell = read_cell(query);
    row.context = query.text(11);
    row.tuning = query.text(12);
    row.attempt_id = optional_integer(query, 13);
    row.origin = query.text(14);
    row.state = query.text(15);
    row.error = query.text(16);
    row.metrics = query.text(17);
    row.split = query.text(18);
  }
  return rows;
}

std::vector<LockRow> Store::locks(std::int64_t run_id) const {
  Statement query = database_.prepare(std::string(kLock) + "WHERE run_id=? ORDER BY suite");
  query.bind(1, run_id);
  return read_locks(query);
}

std::vector<LockRow> Store::locks_on(const std::string& subject) const {
  Statement query = database_.prepare(std::string(kLock) + "WHERE subject=? ORDER BY run_id");
  query.bind(1, subject);
  return read_locks(query);
}

CellRow Store::cell(std::int64_t cell_id) const {
  Statement query = database_.prepare("SELECT " CELL_COLUMNS " FROM cell c WHERE c.cell_id=?");
  query.bind(1, cell_id);
  if (!query.step()) not_there(*this, "cell", std::to_string(cell_id));
  return read_cell(query);
}

std::optional<std::int64_t> Store::cell_id(const std::string& hash) const {
  return key_by_hash(database_, "SELECT cell_id FROM cell WHERE hash=?", hash);
}

std::optional<AttemptRow> Store::done_attempt(const std::string& cell_hash) const {
  Statement query = database_.prepare(std::string(kAttempt) +
                                      "JOIN cell c USING(cell_id) WHERE c.hash=? AND "
                                      "a.state='done' ORDER BY a.attempt_id DESC LIMIT 1");
  query.bind(1, cell_hash);
  if (!query.step()) return std::nullopt;
  return read_attempt(query);
}

std::optional<AttemptRow> Store::attempt_of_run(std::int64_t run_id, std::int64_t cell_id) const {
  Statement query = database_.prepare(
      std::string(kAttempt) +
      "WHERE a.run_id=? AND a.cell_id=? ORDER BY a.state='done' DESC,a.attempt_id DESC LIMIT 1");
  query.bind(1, run_id).bind(2, cell_id);
  if (!query.step()) return std::nullopt;
  return read_attempt(query);
}

AttemptRow Store::attempt(std::int64_t attempt_id) const {
  Statement query = database_.prepare(std::string(kAttempt) + "WHERE a.attempt_id=?");
  query.bind(1, attempt_id);
  if (!query.step()) not_there(*this, "attempt", std::to_string(attempt_id));
  return read_attempt(query);
}

std::vector<AttemptRow> Store::attempts(std::int64_t cell_id) const {
  Statement query =
      database_.prepare(std::string(kAttempt) + "WHERE a.cell_id=? ORDER BY a.attempt_id");
  query.bind(1, cell_id);
  std::vector<AttemptRow> rows;
  while (query.step()) rows.push_back(read_attempt(query));
  return rows;
}

}  // namespace quadrant
