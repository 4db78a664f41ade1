#include "harness/store/merge.h"

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "harness/store/bundle.h"
#include "harness/store/faults.h"
#include "harness/store/schema.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

// What of a run can go on: rows there that are not here. ?1 is the run there, ?2 the run here.
#define STATE_OF(table) \
  "CASE " table ".state WHEN 'running' THEN 'interrupted' ELSE " table ".state END"
#define ATTEMPTS_OF(database, run)                                                           \
  "SELECT c.hash," STATE_OF("a") ",a.output_hash,(SELECT count(*) FROM " database            \
                                 ".record r WHERE r.attempt_id=a.attempt_id) FROM " database \
                                 ".attempt a JOIN " database                                 \
                                 ".cell c USING(cell_id) WHERE a.run_id=" run
constexpr const char* kContinued =
    "SELECT (SELECT " STATE_OF("r") "||coalesce(ended_at,'') FROM other.run r WHERE run_id=?1)<>"
    "(SELECT " STATE_OF("r") "||coalesce(ended_at,'') FROM main.run r WHERE run_id=?2)"
    " OR EXISTS(" ATTEMPTS_OF("other", "?1") " EXCEPT " ATTEMPTS_OF("main", "?2") ")"
    " OR EXISTS(" ATTEMPTS_OF("main", "?2") " EXCEPT " ATTEMPTS_OF("other", "?1") ")";
#undef ATTEMPTS_OF
#undef STATE_OF

// The other store beside this one, for as long as it is needed.
class Attached {
 public:
  Attached(Database& database, const fs::path& other) : database_(database) {
    database_.prepare("ATTACH ? AS other").bind(1, fs::absolute(other).string()).run();
  }
  ~Attached() {
    try {
      drop_temporary_tables();
      database_.execute("DETACH other");
    } catch (const std::exception&) {
      // An open transaction has failed; the connection goes with it.
    }
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  void drop_temporary_tables() {
    std::vector<std::string> names;
    Statement query = database_.prepare("SELECT name FROM temp.sqlite_schema WHERE type='table'");
    while (query.step()) names.push_back(query.text(0));
    for (const std::string& name : names) database_.execute("DROP TABLE temp." + name);
  }
  Database& database_;
};

void choose(Database& database, std::span<const std::int64_t> runs) {
  database.execute("CREATE TEMP TABLE named(run_id INTEGER PRIMARY KEY)");
  for (const std::int64_t run : runs) {
    database.prepare("INSERT INTO named VALUES(?)").bind(1, run).run();
  }
  if (runs.empty()) database.execute("INSERT INTO named SELECT run_id FROM other.run");
  database.execute(
      "CREATE TEMP TABLE chosen AS WITH RECURSIVE wanted(run_id) AS (SELECT run_id FROM named "
      "UNION SELECT r.reproduces FROM wanted w JOIN other.run r USING(run_id) "
      "WHERE r.reproduces NOT NULL "
      "UNION SELECT a.run_id FROM wanted w JOIN other.run_cell rc USING(run_id) "
      "JOIN other.attempt a ON a.attempt_id=rc.attempt_id "
      "UNION SELECT t.run_id FROM wanted w JOIN other.attempt a USING(run_id) "
      "JOIN other.training t ON t.training_id=a.training_id) SELECT run_id FROM wanted");
}

void refuse_conflicts(const Database& database, const Store& into, const Store& from) {
  Statement both = database.prepare(
      "SELECT o.run_id,m.run_id,o.hash FROM other.run o JOIN main.run m USING(hash) "
      "WHERE o.run_id IN (SELECT run_id FROM chosen) ORDER BY o.run_id");
  while (both.step()) {
    Statement differs = database.prepare(kContinued);
    differs.bind(1, both.integer(0)).bind(2, both.integer(1));
    if (!differs.step() || differs.integer(0) == 0) continue;
    throw Error(fmt::format("a run is in both stores, and was continued in one of them: run {} of "
                            "{} is run {} of {} ({}...)",
                            both.integer(0), from.file().string(), both.integer(1),
                            into.file().string(), both.text(2).substr(0, 12)),
                from.file().string(),
                "merge into a new store, from those that have the run as you want it");
  }
}

std::int64_t number(const Database& database, const char* sql) {
  Statement query = database.prepare(sql);
  return query.step() ? query.integer(0) : 0;
}

void copy_whole(const fs::path& from, const fs::path& to) {
  const MappedFile file(from);
  write_atomically(to, file.bytes());
}

// Those of the files in its folder that are no artifacts are checkpoints: of an unfinished one.
std::int64_t copy_folder(const Store& into, const Store& from, const Merged::Training& training) {
  const fs::path source = from.artifact_folder() / fmt::format("training-{}", training.there);
  const fs::path target = into.artifact_folder() / fmt::format("training-{}", training.here);
  std::int64_t copied = 0;
  if (!fs::is_directory(fs::symlink_status(source))) return 0;
  for (const auto& entry : fs::recursive_directory_iterator(source)) {  // goes through no link
    const fs::path file = target / entry.path().lexically_relative(source);
    if (!fs::is_regular_file(entry.symlink_status())) continue;
    if (!training.fresh && fs::exists(file)) continue;
    fs::create_directories(file.parent_path());
    copy_whole(entry.path(), file);
    ++copied;
  }
  return copied;
}

}  // namespace

Merged merge_runs(Store& into, const Store& from, std::span<const std::int64_t> runs) {
  if (!is_bundle(from.database())) refuse_faults(from.database(), from.file());
  std::error_code ignored;
  if (fs::equivalent(into.file(), from.file(), ignored)) {
    throw Error("a store cannot be merged into itself", from.file().string(), "name another store");
  }
  Database& database = into.database();
  const Attached attached(database, from.file());
  Transaction transaction(database);
  choose(database, runs);
  refuse_conflicts(database, into, from);
  database.execute(merge_script());
  Merged merged;
  merged.runs = number(database, "SELECT count(*) FROM fresh");
  merged.known = number(database, "SELECT count(*) FROM run_map WHERE NOT fresh");
  merged.records = number(database, "SELECT count(*) FROM record_map");
  Statement trainings = database.prepare("SELECT old,new,fresh FROM training_map ORDER BY old");
  while (trainings.step()) {
    merged.trainings.push_back(
        {trainings.integer(0), trainings.integer(1), trainings.integer(2) != 0});
  }
  transaction.commit();
  return merged;
}

std::int64_t copy_training_files(Store& into, const Store& from, const Merged& merged,
                                 std::vector<std::int64_t>& lost) {
  std::int64_t copied = 0;
  for (const Merged::Training& training : merged.trainings) {
    copied += copy_folder(into, from, training);
    bool intact = true;
    for (const ArtifactRow& row : into.artifacts_of_training(training.here)) {
      const fs::path file = into.artifact_folder() / row.path;
      intact = intact && fs::is_regular_file(file) && sha256_file(file) == row.hash;
    }
    if (intact) continue;
    lost.push_back(training.here);
    into.forget_files(training.here);
  }
  return copied;
}

}  // namespace quadrant
