// A bundle reports and reproduces elsewhere; one that is not what it claims to be is refused.
#include "harness/store/bundle.h"

#include <doctest/doctest.h>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/run/reproduce.h"
#include "harness/run/rescore.h"
#include "harness/store/faults.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::Scene;

namespace {

namespace fs = std::filesystem;

// A run, and its bundle with adapters in a file of its own.
struct Bundled {
  Scene scene;
  fs::path file = scene.store_file("run.qbundle");
  std::string whole;
  Bundled() {
    Store store(scene.store_file(), Store::Open::kCreate);
    const std::vector<std::int64_t> runs{scene.run(store).run_id};
    whole = contents(store, 1);
    const BundleContents contents = write_bundle(store, runs, /*adapters=*/true, file);
    CHECK(contents.runs == 1);
    CHECK(contents.suite_files == 4);
    CHECK(contents.adapter_files == 2);
  }
};

std::string refusal(const fs::path& file) {
  try {
    const Store bundle(file);
  } catch (const Error& error) {
    CHECK_FALSE(error.mend().empty());
    return error.problem();
  }
  return "it was opened";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a bundle is read as it is, and by nothing changed") {
  const Bundled bundled;
  const std::string bytes = read_text(bundled.file);
  Store bundle(bundled.file);
  CHECK(contents(bundle, bundle.find_run("latest")) == bundled.whole);
  CHECK_THROWS_AS(bundle.put_blob("log", "more"), StoreError);
  CHECK(rescore_run(bundle, bundle.find_run("latest")).verdict == Sameness::kBitIdentical);
  CHECK(read_text(bundled.file) == bytes);
}

TEST_CASE("imported where the suite's folder is not, its run is reproduced bit by bit") {
  Bundled bundled;
  Scene& scene = bundled.scene;
  const fs::path suite = scene.experiment.suites[0];
  fs::rename(suite, suite.string() + ".away");
  fs::create_directory(scene.folder / "elsewhere");
  Store store(scene.folder / "elsewhere/b.db", Store::Open::kCreate);
  const Store bundle(bundled.file);
  const Imported imported = import_bundle(store, bundle);
  CHECK(imported.merged.runs == 1);
  CHECK(imported.files == 6);
  CHECK(import_bundle(store, bundle).files == 0);
  CHECK(contents(store, 1) == bundled.whole);
  CHECK(find_artifact_faults(store).empty());
  const auto again = [&](std::int64_t run) {
    return reproduce_run(store, run, scene.loader(), {"reproduce"}, scene.quiet, scene.stop);
  };
  const Reproduction first = again(1);
  CHECK(first.verdict == Sameness::kBitIdentical);
  CHECK(again(first.run_id).verdict == Sameness::kBitIdentical);
  // A file of it that was changed here is found like any other.
  const fs::path place = store.artifact_folder() / suite_places(store, 1).at(0);
  write_atomically(place / "test.jsonl", read_text(place / "test.jsonl") + "\n");
  CHECK(again(1).verdict == Sameness::kInputChanged);
  fs::remove_all(place);
  CHECK(contains(describe(again(1).changed.at(0)), "is gone"));
}

TEST_CASE("only the runs asked for are in it; a changed suite cannot be bundled") {
  Bundled bundled;
  Scene& scene = bundled.scene;
  Store store(scene.store_file());
  scene.experiment.contexts.resize(1);
  const std::int64_t second = scene.run(store).run_id;
  const std::vector<std::int64_t> runs{second};
  const BundleContents contents = write_bundle(store, runs, false, scene.store_file("two.qbundle"));
  CHECK(contents.runs == 2);  // its answers come from the first
  CHECK(contents.adapter_files == 0);
  write_atomically(scene.suite_file("corpus.jsonl"), "{}");
  CHECK_THROWS_AS(write_bundle(store, runs, false, scene.store_file("no.qbundle")), Error);
  for (const auto& entry : fs::directory_iterator(scene.folder.path())) {
    CHECK_FALSE(contains(entry.path().string(), "no.qbundle"));
  }
  CHECK_THROWS_AS(import_bundle(store, Store(scene.store_file())), Error);
}

TEST_CASE("hostile bundles are refused by name") {
  const Bundled bundled;
  const std::pair<std::string, const char*> damages[] = {
      {"UPDATE sqlar SET name='../../etc/x' WHERE name LIKE '%corpus%'", "not safe: ../../etc/x"},
      {"UPDATE sqlar SET name='/etc/x' WHERE name LIKE '%corpus%'", "not safe: /etc/x"},
      {"UPDATE sqlar SET name='suites/./x' WHERE name LIKE '%corpus%'", "not safe"},
      {"UPDATE sqlar SET name='a\nb' WHERE name LIKE '%corpus%'", "not safe"},
      {"UPDATE sqlar SET name='x''; DROP TABLE run;--' WHERE name LIKE '%corpus%'", "not safe"},
      {"UPDATE sqlar SET name='runs.lock' WHERE name LIKE '%corpus%'", "anything to do with"},
      {"UPDATE sqlar SET mode=41471", "no regular file"},  // 0120777: a link
      {"UPDATE sqlar SET sz=9000000000000000000", "packed"},
      {"UPDATE sqlar SET data=CAST(data AS TEXT)", "packed"},
      {"UPDATE sqlar SET data=zeroblob(sz) WHERE name LIKE '%corpus%'", "another hash"},
      {"UPDATE artifact SET path='training-1/../../x' WHERE training_id=1", "outside its folder"},
      {"CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM blob; END", "trigger t"},
      {"DROP TABLE sqlar", "lacks table sqlar"},
      {"PRAGMA user_version=1", "older quadrant"},
      {"PRAGMA user_version=99", "newer quadrant"},
      {"UPDATE record SET output='another'", "records of a finished cell"},
  };
  const fs::path file = bundled.scene.store_file("bad.qbundle");
  for (const auto& [sql, expected] : damages) {
    CAPTURE(sql);
    fs::copy_file(bundled.file, file, fs::copy_options::overwrite_existing);
    Database(file, Database::Mode::kReadWrite).execute(sql);
    CHECK_MESSAGE(contains(refusal(file), expected), refusal(file));
  }
  const std::string bytes = read_text(bundled.file);
  for (std::size_t size = 72; size < bytes.size(); size += bytes.size() / 20) {
    write_atomically(file, bytes.substr(0, size));
    CHECK(refusal(file) != "it was opened");
  }
}
