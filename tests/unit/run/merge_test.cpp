// Several stores in one, what nothing refers to, and stores that are not what they claim to be.
#include "harness/store/merge.h"

#include <doctest/doctest.h>

#include "harness/core/cache_limit.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/run/run_lock.h"
#include "harness/store/faults.h"
#include "harness/store/garbage.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::count;
using test::Scene;

namespace {

namespace fs = std::filesystem;

PlanOptions only(const std::string& key, const std::string& value) {
  PlanOptions options;
  options.only = {{key, value}};
  return options;
}

std::string refusal(Store& into, const Store& from) {
  try {
    merge_runs(into, from);
  } catch (const Error& error) {
    CHECK_FALSE(error.mend().empty());
    return error.problem();
  }
  return "it was merged";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("halves of a grid, run in two stores and merged, are a whole run's work") {
  Scene scene;
  Store whole(scene.store_file("whole.db"), Store::Open::kCreate);
  Store base(scene.store_file("base.db"), Store::Open::kCreate);
  Store tuned(scene.store_file("tuned.db"), Store::Open::kCreate);
  Store merged(scene.store_file("merged.db"), Store::Open::kCreate);
  scene.run(whole);
  scene.run(base, only("tuning", "base"));
  scene.run(tuned, only("tuning", "lora"));
  std::vector<std::int64_t> lost;
  for (const Store* from : {&base, &tuned}) {
    const Merged taken = merge_runs(merged, *from);
    CHECK(taken.runs == 1);
    copy_training_files(merged, *from, taken, lost);
  }
  CHECK(lost.empty());
  CHECK(contents(merged, 1) == contents(base, 1));
  CHECK(contents(merged, 2) == contents(tuned, 1));
  CHECK(find_faults(merged.database()).empty());
  CHECK(find_artifact_faults(merged).empty());
  const int batches = scene.script.batches, steps = scene.script.steps;
  const RunOutcome outcome = scene.run(merged);
  CHECK(outcome.cached == 13);
  CHECK(scene.script.batches == batches);
  CHECK(scene.script.steps == steps);
  CHECK(contents(merged, 3).substr(0, 4000) == contents(whole, 1).substr(0, 4000));
  CHECK(count(merged, "SELECT count(*) FROM blob") == count(whole, "SELECT count(*) FROM blob"));

  // A run brings those whose answers it uses; what is there already stays as it is.
  Store copy(scene.store_file("copy.db"), Store::Open::kCreate);
  const std::vector<std::int64_t> third{3};
  CHECK(merge_runs(copy, merged, third).runs == 3);
  CHECK(contents(copy, 3) == contents(merged, 3));
  const std::int64_t records = count(copy, "SELECT count(*) FROM record");
  const Merged again = merge_runs(copy, merged);
  CHECK(again.runs == 0);
  CHECK(again.known == 3);
  CHECK(again.trainings.size() == 2);
  CHECK(count(copy, "SELECT count(*) FROM record") == records);
  CHECK(find_faults(copy.database()).empty());
}

TEST_CASE("a run that went on in one of two stores is a conflict, and nothing is taken") {
  Scene scene;
  Store one(scene.store_file("one.db"), Store::Open::kCreate);
  Store two(scene.store_file("two.db"), Store::Open::kCreate);
  scene.script.before_batch = [&] { scene.stop = scene.script.batches == 20; };
  scene.run(one);
  scene.script.before_batch = [] {};
  scene.stop = false;
  merge_runs(two, one);
  CHECK(two.run(1).state == "interrupted");
  CHECK(contents(two, 1) == contents(one, 1));
  scene.resume(one, 1);
  scene.run(one, only("context", "rag"));
  CHECK(contains(refusal(two, one), "run 1 of"));
  CHECK(two.runs().size() == 1);
  CHECK(contains(refusal(one, one), "itself"));
}

TEST_CASE("trainings without their files are taken, and done again when needed") {
  Scene scene;
  Store from(scene.store_file("from.db"), Store::Open::kCreate);
  Store into(scene.store_file("into.db"), Store::Open::kCreate);
  scene.run(from, only("context", "none"));
  write_atomically(from.artifact_folder() / from.artifacts_of_training(1).at(0).path,
                   "other bytes");
  std::vector<std::int64_t> lost;
  copy_training_files(into, from, merge_runs(into, from), lost);
  CHECK(lost == std::vector<std::int64_t>{1});
  CHECK(into.artifacts_of_training(1).empty());
  CHECK(find_artifact_faults(into).empty());
  CHECK(find_artifact_faults(from).size() == 1);
  const int trainings = scene.script.trainings;
  CHECK(scene.run(into).complete());
  CHECK(scene.script.trainings == trainings + 1);
}

TEST_CASE("a store that is not what it claims to be is told apart, and not merged") {
  const std::pair<const char*, const char*> damages[] = {
      {"UPDATE blob SET body=body||'x' WHERE blob_id=3", "a text has another hash"},
      {"UPDATE blob SET bytes=7000000000000 WHERE blob_id=3", "a text has another length"},
      {"UPDATE cell SET spec='{}'", "a cell has another hash"},
      {"UPDATE cell SET expected=9000000000000000000", "another number of items"},
      {"UPDATE item SET cluster='c' WHERE item_no=2", "the items of a data set"},
      {"UPDATE item SET item_no=item_no+1000", "not counted from 0"},
      {"UPDATE item SET details='{\"answer\": 5}'", "none of its choices"},
      {"UPDATE item SET meta='[1]'", "the labels of an item"},
      {"UPDATE record SET item_no=7777 WHERE record_id=1", "of no item of its cell"},
      {"DELETE FROM record WHERE record_id=1", "lacks records"},
      {"UPDATE record SET prompt_tokens=-1", "less than nothing"},
      {"UPDATE run SET argv='{\"a\": 1}'", "command line"},
      {"UPDATE run_cell SET metrics='[1]'", "metrics of a cell"},
      {"UPDATE artifact SET path='../../x'||artifact_id", "outside its folder"},
      {"UPDATE environment SET hardware='{\"cpu\": \"z80\"}'", "environment has another hash"},
      {"UPDATE run SET error=CAST(x'ff' AS TEXT)", "text is not UTF-8: run.error"},
      {"PRAGMA foreign_keys=OFF; DELETE FROM dataset WHERE dataset_id=1", "to dataset"},
      {"CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM run; END", "trigger t"},
      {"CREATE VIEW \"a'; DROP TABLE run;--\" AS SELECT 1", "of its own: view a'"},
      {"DROP VIEW attempt_progress", "lacks view attempt_progress"},
      {"ALTER TABLE run ADD COLUMN more TEXT", "differs: table run"},
  };
  Scene scene;
  { scene.run(*std::make_unique<Store>(scene.store_file("good.db"), Store::Open::kCreate)); }
  Store into(scene.store_file("into.db"), Store::Open::kCreate);
  const fs::path file = scene.store_file("bad.db");
  for (const auto& [sql, expected] : damages) {
    CAPTURE(sql);
    fs::copy_file(scene.store_file("good.db"), file, fs::copy_options::overwrite_existing);
    {
      Store bad(file);
      CHECK(find_faults(bad.database()).empty());
      bad.database().execute(sql);
      const auto faults = find_faults(bad.database());
      REQUIRE_FALSE(faults.empty());
      CHECK_MESSAGE(contains(faults[0], expected), faults[0]);
      CHECK(contains(refusal(into, bad), expected));
    }
    fs::remove(file);
  }
  CHECK(into.runs().empty());
}

TEST_CASE("a model that was best on dev comes along; what a link leads to does not") {
  Scene scene;
  for (TuningSpec& tuning : scene.experiment.tunings) tuning.early_stop = tuning.method != "base";
  Store from(scene.store_file("from.db"), Store::Open::kCreate);
  Store into(scene.store_file("into.db"), Store::Open::kCreate);
  scene.run(from, only("context", "none"));
  write_atomically(scene.folder / "secret.txt", "of somebody else");
  fs::create_symlink(scene.folder / "secret.txt", from.artifact_folder() / "training-1/link");
  fs::create_directory_symlink(scene.folder.path(), from.artifact_folder() / "training-1/folder");
  std::vector<std::int64_t> lost;
  CHECK(copy_training_files(into, from, merge_runs(into, from), lost) == 4);
  CHECK(lost.empty());
  CHECK(find_artifact_faults(into).empty());
  CHECK_FALSE(fs::exists(into.artifact_folder() / "training-1/link"));
  CHECK_FALSE(fs::exists(into.artifact_folder() / "training-1/folder"));
}

TEST_CASE("what can be made again goes when it is over a limit, and is made again") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.run(store);
  const std::string before = contents(store, 1);
  const fs::path vectors = scene.folder / "vectors";
  fs::create_directories(vectors);
  write_atomically(vectors / "a.vectors", std::string(50, 'v'));
  mark_used(store.artifact_folder() / "training-2");  // later than the others
  const std::int64_t newest = bytes_of_path(store.artifact_folder() / "training-2");
  const auto over = [&](std::int64_t limit, bool remove) {
    return collect_garbage(store, remove, CacheLimit{limit, vectors}).files;
  };
  CHECK(over(1'000'000, true).empty());
  CHECK(over(newest, false).size() == 2);
  CHECK(over(newest, true).size() == 2);
  CHECK(over(newest, true).empty());
  CHECK_FALSE(fs::exists(vectors / "a.vectors"));
  CHECK_FALSE(fs::exists(store.artifact_folder() / "training-1"));
  CHECK(store.artifacts_of_training(1).empty());
  CHECK(find_artifact_faults(store).empty());
  CHECK(contents(store, 1) == before);
  const int trainings = scene.script.trainings;
  scene.experiment.contexts[1].k = 3;  // other cells need both trainings
  CHECK(scene.run(store).complete());
  CHECK(scene.script.trainings == trainings + 1);
}

TEST_CASE("stored answers that were changed are not taken for another run's: they are given anew") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.run(store, only("context", "oracle"));
  store.database().execute("UPDATE record SET output='forged' WHERE record_id=7");
  const RunOutcome outcome = scene.run(store, only("context", "oracle"));
  CHECK(outcome.cached == 2);
  CHECK(outcome.computed == 1);
  CHECK(count(store, "SELECT count(*) FROM record WHERE output='forged'") == 1);
  CHECK(scene.run(store, only("context", "oracle")).cached == 3);
}

TEST_CASE("what nothing refers to is shown, and removed when told to; runs lose nothing") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.run(store);
  const fs::path folder = store.artifact_folder();
  CHECK(collect_garbage(store, true).rows.empty());
  const std::string before = contents(store, 1);
  store.put_blob("log", "of nobody");
  AttemptRow attempt;
  attempt.cell_id = 1;
  attempt.run_id = 1;
  store.begin_attempt(attempt);
  fs::create_directories(folder / "training-77");
  write_atomically(folder / "training-77/adapter.txt", "left over");
  write_atomically(folder / "training-1/more.txt", "left over");
  for (const bool remove : {false, true}) {
    const Garbage garbage = collect_garbage(store, remove);
    REQUIRE(garbage.rows.size() == 2);
    CHECK(garbage.rows[0] == std::pair<std::string, std::int64_t>("attempt", 1));
    CHECK(garbage.rows[1] == std::pair<std::string, std::int64_t>("blob", 1));
    CHECK(garbage.files.size() == 2);
    CHECK(garbage.file_bytes == 18);
  }
  CHECK_FALSE(fs::exists(folder / "training-77"));
  CHECK(fs::exists(folder / "training-1"));
  CHECK(contents(store, 1) == before);
  CHECK(find_faults(store.database()).empty());
  CHECK(find_artifact_faults(store).empty());
  CHECK_FALSE(is_going_on(folder, 1));
  const RunLock going_on(folder, 1);
  CHECK(is_going_on(folder, 1));
  CHECK_FALSE(is_going_on(folder, 2));
  CHECK_THROWS_AS(IdleStore{folder}, Error);
}
