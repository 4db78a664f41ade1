// Interruptions of every kind: after a resume the store holds what an uninterrupted run gives.
#include <doctest/doctest.h>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/run/run_lock.h"
#include "harness/store/run_progress.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::count;
using test::Scene;

namespace {

std::string uninterrupted() {
  static const std::string kText = [] {
    Scene scene;
    Store store(scene.store_file(), Store::Open::kCreate);
    return contents(store, scene.run(store).run_id);
  }();
  return kText;
}

}  // namespace

TEST_CASE("stopped after any batch and resumed, the records are those of a whole run") {
  for (int at = 0; at < 104; at += 13) {
    CAPTURE(at);
    Scene scene;
    Store store(scene.store_file(), Store::Open::kCreate);
    scene.script.before_batch = [&] {
      if (scene.script.batches == at) scene.stop = true;
    };
    const RunOutcome cut = scene.run(store);
    CHECK(cut.state == "interrupted");
    CHECK(cut.left > 0);
    CHECK_FALSE(cut.complete());
    CHECK(count(store, "SELECT count(*) FROM attempt WHERE state='running'") == 0);
    const RunProgress half = run_progress(store.database(), cut.run_id);
    CHECK(half.cells == 13);
    CHECK(half.cells_done == cut.computed);
    CHECK(half.expected == 13 * test::kItems);
    CHECK(half.answers == count(store, "SELECT count(*) FROM record"));
    CHECK(half.last.size() <= 3);
    scene.stop = false;
    scene.script.before_batch = [] {};
    const RunOutcome whole = scene.resume(store, cut.run_id);
    CHECK(whole.run_id == cut.run_id);
    CHECK(whole.complete());
    CHECK(contents(store, cut.run_id) == uninterrupted());
    CHECK(count(store, "SELECT count(*) FROM attempt") == 13);
    CHECK(count(store, "SELECT integrity_check='ok' FROM pragma_integrity_check") == 1);
  }
}

TEST_CASE("stopped after any step of a training, it goes on from there") {
  for (int at = 0; at < 12; ++at) {
    CAPTURE(at);
    Scene scene;
    Store store(scene.store_file(), Store::Open::kCreate);
    scene.script.before_step = [&] {
      if (scene.script.steps == at) scene.stop = true;
    };
    const RunOutcome cut = scene.run(store);
    CHECK_FALSE(cut.complete());
    scene.stop = false;
    scene.script.before_step = [] {};
    CHECK(scene.resume(store, cut.run_id).complete());
    CHECK(contents(store, cut.run_id) == uninterrupted());
    CHECK(scene.script.steps == 12);
  }
}

TEST_CASE("an exception from nowhere leaves a run that can be resumed") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.script.before_batch = [&] {
    if (scene.script.batches == 30) throw std::bad_alloc();
  };
  CHECK_THROWS_AS(scene.run(store), std::bad_alloc);
  CHECK(store.run(1).state == "interrupted");
  scene.script.before_batch = [] {};
  CHECK(scene.resume(store, 1).complete());
  CHECK(contents(store, 1) == uninterrupted());
}

TEST_CASE("a full disk ends the run with a sentence; with space again it is resumed") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  const auto pages = [&](std::int64_t limit) {
    Statement(store.database().prepare("PRAGMA max_page_count=" + std::to_string(limit))).step();
  };
  scene.script.before_batch = [&] {
    if (scene.script.batches == 50) pages(count(store, "PRAGMA page_count"));
  };
  CHECK_THROWS_AS(scene.run(store), StoreError);
  CHECK(count(store, "SELECT integrity_check='ok' FROM pragma_integrity_check") == 1);
  scene.script.before_batch = [] {};
  pages(1 << 30);
  CHECK(scene.resume(store, 1).complete());
  CHECK(contents(store, 1) == uninterrupted());
}

TEST_CASE("resume names the input that has changed, and another engine") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.stop = true;
  scene.run(store);
  scene.stop = false;
  const auto refusal = [&] {
    try {
      scene.resume(store, 1);
    } catch (const Error& error) {
      return error.problem();
    }
    return std::string("it went on");
  };
  scene.script.weights = "weights 2";
  CHECK(refusal().find("model weights has changed") != std::string::npos);
  scene.script.weights = "weights 1";
  scene.script.engine_id = "fake 2";
  CHECK(refusal().find("another build") != std::string::npos);
  scene.script.engine_id = "fake 1";
  const auto corpus = scene.suite_file("corpus.jsonl");
  const std::string before = read_text(corpus);
  write_atomically(corpus, before + "{");  // damaged: it could not even be loaded
  CHECK(refusal().find("suite toy/corpus.jsonl") != std::string::npos);
  write_atomically(corpus, before);
  CHECK(refusal() == "it went on");
  CHECK(contents(store, 1) == uninterrupted());
}

TEST_CASE("a run that goes on elsewhere is not resumed; a finished one has nothing to do") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.stop = true;
  scene.run(store);
  scene.stop = false;
  {
    const RunLock lock(store.artifact_folder(), 1);
    CHECK_THROWS_AS(scene.resume(store, 1), Error);
    const RunLock other(store.artifact_folder(), 2);
  }
  CHECK(scene.resume(store, 1).computed == 13);
  const std::string ended = store.run(1).ended_at;
  const RunOutcome again = scene.resume(store, 1);
  CHECK(again.complete());
  CHECK(again.cached == 13);
  CHECK(store.run(1).ended_at == ended);
}
