// What goes into the store comes out again; equal content is kept once; batches are all or nothing.
#include "harness/store/store.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;
using test::TemporaryFolder;

namespace {

int number(const Store& store, const std::string& sql) {
  Statement query = store.database().prepare(sql);
  REQUIRE(query.step());
  return static_cast<int>(query.integer(0));
}

std::vector<Item> two_items() {
  Item first;
  first.id = "q1";
  first.question = "Where is 서울?";
  first.targets = {"Korea", "\"South\" Korea"};
  first.cluster = "doc1";
  first.gold_docs = {"d1"};
  first.meta = {{"slice", "seen"}};
  Item second;
  second.id = "q2";
  second.question = "Which?";
  second.choices = {"a", "b"};
  second.answer = 1;
  return {first, second};
}

// A run with one cell of two items and an attempt at it.
struct Scene {
  TemporaryFolder folder;
  Store store{folder / "a.db", Store::Open::kCreate};
  std::int64_t run = 0, cell = 0, attempt = 0, dataset = 0;

  Scene() {
    const auto items = two_items();
    DatasetRow set{items_hash(items), "toy", "1", "test", "here", "none", 2};
    dataset = store.put_dataset(set, items);
    RunRow row;
    row.experiment_id = store.put_experiment("e", R"({"name":"e"})", "name = \"e\"");
    row.environment_id = store.put_environment({"abc", false, "", "{}", "{}", "{}", "{}"});
    const std::vector<InputRow> inputs{{"model", "m.gguf", sha256_hex("m")}};
    run = store.begin_run(row, inputs);
    RunCellRow in_run;
    in_run.cell.hash = sha256_hex("{}");
    in_run.cell.spec = "{}";
    in_run.cell.suite = in_run.cell.task = "toy";
    in_run.cell.task_version = "1";
    in_run.cell.dataset_id = dataset;
    in_run.cell.strategy_id = store.put_strategy({"rag + base", "{\"kind\":\"rag\"}", "{}"});
    in_run.cell.seed = 7;
    in_run.cell.decoding = "{}";
    in_run.cell.expected = 2;
    in_run.cell.id = cell = store.put_cell(in_run.cell);
    in_run.context = "rag";
    in_run.tuning = "base";
    store.put_run_cell(run, in_run);
    AttemptRow trial;
    trial.cell_id = cell;
    trial.run_id = run;
    attempt = store.begin_attempt(trial);
  }
};

RecordRow record_of(std::int64_t item_no) {
  RecordRow record;
  record.item_no = item_no;
  record.prompt = "P" + std::to_string(item_no);
  record.output = "out";
  record.stop = "eos";
  record.prompt_tokens = 3;
  record.output_tokens = 1;
  record.logprob = -0.1;
  record.truncated = true;
  record.delivered = false;
  record.retrieval = {{"passage text", "d1", 0.5, true, true},
                      {"passage text", "d2", 0.25, {}, false}};
  record.scores = {{"exact_match", "1", 1.0}, {"f1", "1", kNull}};
  return record;
}

}  // namespace

TEST_CASE("items come back as they were") {
  const Scene scene;
  const auto expected = two_items();
  const auto items = scene.store.items(scene.dataset);
  REQUIRE(items.size() == 2);
  CHECK(items[0].id == "q1");
  CHECK(items[0].question == expected[0].question);
  CHECK(items[0].targets == expected[0].targets);
  CHECK(items[0].gold_docs == expected[0].gold_docs);
  CHECK(items[0].meta == expected[0].meta);
  CHECK(items[0].cluster == "doc1");
  CHECK_FALSE(items[0].answer.has_value());
  CHECK(items[1].choices == expected[1].choices);
  CHECK(items[1].answer == 1);
  CHECK(items_hash(items) == items_hash(expected));
}

TEST_CASE("equal content is stored once and keeps its key") {
  Scene scene;
  Store& store = scene.store;
  CHECK(store.put_blob("log", "same") == store.put_blob("log", "same"));
  const auto items = two_items();
  CHECK(store.put_dataset({items_hash(items), "other name", "1", "test", "", "", 2}, items) ==
        scene.dataset);
  CHECK(store.put_experiment("e", R"({"name":"e"})", "another comment") == 1);
  CHECK(store.experiment_source(scene.run) == "name = \"e\"");
  CHECK(store.put_environment({"abc", false, "", "{}", "{}", "{}", "{}"}) == 1);
  CHECK(store.put_environment({"abc", true, "a patch", "{}", "{}", "{}", "{}"}) == 2);
  CHECK(store.environment(2).diff == "a patch");
}

TEST_CASE("records come back with passages and scores; the cost adds up") {
  Scene scene;
  Store& store = scene.store;
  store.put_batch(scene.attempt, std::vector{record_of(1)}, {2.0, 10.0, 500, 7.0});
  store.put_batch(scene.attempt, std::vector{record_of(0)}, {1.0, 5.0, 300, 3.0});
  const auto records = store.records(scene.attempt);
  REQUIRE(records.size() == 2);
  const RecordRow& record = records[1];
  CHECK(record.item_no == 1);
  CHECK(record.prompt == "P1");
  CHECK(record.prompt_hash == sha256_hex("P1"));
  CHECK(record.logprob == -0.1);
  CHECK(std::isnan(record.retrieve_ms));
  CHECK(record.truncated);
  CHECK(record.delivered == false);
  REQUIRE(record.retrieval.size() == 2);
  CHECK(record.retrieval[0].passage == "passage text");
  CHECK(record.retrieval[0].relevant == true);
  CHECK_FALSE(record.retrieval[1].relevant.has_value());
  REQUIRE(record.scores.size() == 2);
  CHECK(record.scores[0].value == 1.0);
  CHECK(std::isnan(record.scores[1].value));
  CHECK(number(store, "SELECT count(*) FROM blob WHERE kind='passage'") == 1);
  const AttemptRow attempt = store.attempt(scene.attempt);
  CHECK(attempt.seconds == 3.0);
  CHECK(number(store, "SELECT energy_j=10 FROM attempt") == 1);
  store.put_batch(scene.attempt, {}, {1.0, 5.0, 300, kNull});
  store.put_batch(scene.attempt, {}, {1.0, 5.0, 300, 3.0});
  CHECK(number(store, "SELECT energy_j IS NULL FROM attempt") == 1);  // not the part that is known
  CHECK(attempt.flops == 15.0);
  CHECK(attempt.peak_bytes == 500);
  CHECK(store.recorded_items(scene.attempt) == std::vector<std::int64_t>{0, 1});
}

TEST_CASE("a batch that fails leaves nothing behind") {
  Scene scene;
  RecordRow bad = record_of(1);
  bad.stop = "no such reason";
  const std::vector<RecordRow> batch{record_of(0), bad};
  CHECK_THROWS_AS(scene.store.put_batch(scene.attempt, batch, {1, 1, 1}), Bug);
  CHECK(scene.store.records(scene.attempt).empty());
  CHECK(number(scene.store, "SELECT count(*) FROM blob WHERE kind='prompt'") == 0);
  const std::vector<RecordRow> twice{record_of(0), record_of(0)};
  CHECK_THROWS_AS(scene.store.put_batch(scene.attempt, twice, {1, 1, 1}), Bug);
  CHECK(scene.store.records(scene.attempt).empty());
}

TEST_CASE("a finished attempt is found by its cell's hash, an unfinished one is not") {
  Scene scene;
  Store& store = scene.store;
  const std::string hash = sha256_hex("{}");
  CHECK_FALSE(store.done_attempt(hash).has_value());
  const std::vector<SummaryRow> summaries{
      {"f1", "1", "cluster_t", 2, 1, 2, 0.5, 0.1, 0.3, 0.7},
      {"exact_match", "1", "cluster_t", 0, 2, 0, kNull, kNull, kNull, kNull}};
  store.finish_attempt(scene.attempt, sha256_hex("outputs"), summaries);
  store.set_run_cell(scene.run, scene.cell, scene.attempt, "computed");
  REQUIRE(store.done_attempt(hash).has_value());
  CHECK(store.done_attempt(hash)->output_hash == sha256_hex("outputs"));
  const auto back = store.summaries(scene.attempt);
  REQUIRE(back.size() == 2);
  CHECK(back[0].metric == "exact_match");
  CHECK(std::isnan(back[0].mean));
  CHECK(back[1].hi == 0.7);
  const auto cells = store.run_cells(scene.run);
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].state == "done");
  CHECK(cells[0].context == "rag");
  CHECK(cells[0].cell.seed == 7);
}

TEST_CASE("runs are found by latest, number and hash prefix") {
  Scene scene;
  Store& store = scene.store;
  RunRow row = store.run(scene.run);
  CHECK(row.state == "running");
  CHECK(row.config == R"({"name":"e"})");
  const std::int64_t second = store.begin_run(row, {});
  const RunRow newer = store.run(second);
  CHECK(store.find_run("latest") == second);
  CHECK(store.find_run(std::to_string(scene.run)) == scene.run);
  CHECK(store.find_run(newer.hash.substr(0, 12)) == second);
  CHECK_THROWS_AS(store.find_run("99"), Error);
  CHECK_THROWS_AS(store.find_run("newest"), Error);
  CHECK_THROWS_AS(store.find_run(""), Error);
  CHECK(store.find_cell(sha256_hex("{}").substr(0, 8)) == scene.cell);
  CHECK_THROWS_AS(store.run(99), Error);
  store.finish_run(second, "failed", "one cell failed");
  CHECK(store.run(second).error == "one cell failed");
  CHECK_FALSE(store.run(second).ended_at.empty());
  store.reopen_run(second);
  CHECK(store.run(second).error.empty());
  CHECK(store.run(second).state == "running");
  CHECK(store.runs().size() == 2);
  CHECK(store.run_inputs(scene.run).at(0).hash == sha256_hex("m"));
}

TEST_CASE("a training keeps its curve; a step seen again replaces itself") {
  Scene scene;
  Store& store = scene.store;
  TrainingRow row;
  row.hash = sha256_hex("spec");
  row.run_id = scene.run;
  row.dataset_id = scene.dataset;
  row.method = "lora";
  row.config = "{}";
  row.id = store.begin_training(row);
  for (const int step : {1, 2, 3, 2, 3}) {
    store.put_training_step(row.id, {step, 5, 1.0 / step, 0.1, 1e-3, 10, 0.5, {}}, 2.0);
  }
  const auto steps = store.training_steps(row.id);
  REQUIRE(steps.size() == 3);
  CHECK(steps[2].loss == doctest::Approx(1.0 / 3));
  row.state = "done";
  row.last_step = 5;
  row.weights_hash = sha256_hex("w");
  row.seconds = 2;
  row.flops = 8;
  store.update_training(row);
  store.put_artifact({sha256_hex("w"), "adapter", "training-1/a", 3, scene.run, row.id, {}});
  store.put_artifact({sha256_hex("x"), "adapter", "training-1/a", 4, scene.run, row.id, {}});
  REQUIRE(store.artifacts_of_training(row.id).size() == 1);
  CHECK(store.artifacts_of_training(row.id)[0].bytes == 4);
  CHECK(store.trainings(row.hash).at(0).state == "done");
  CHECK(store.trainings(row.hash).at(0).energy_j == 10);  // of repeated steps too
  store.put_training_step(row.id, {4, 5, 0.2, 0.1, 1e-3, 10, 0.5, {}}, kNull);
  store.put_training_step(row.id, {5, 5, 0.2, 0.1, 1e-3, 10, 0.5, {}}, 2.0);
  CHECK(std::isnan(store.trainings(row.hash).at(0).energy_j));
  CHECK(store.training_speed() == 4.0);
  CHECK_FALSE(store.answering_speed().has_value());
}

TEST_CASE("a full store says so, and what was there stays whole") {
  Scene scene;
  Store& store = scene.store;
  store.put_batch(scene.attempt, std::vector{record_of(0)}, {1, 1, 1});
  Statement(store.database().prepare("PRAGMA max_page_count=1")).step();
  RecordRow big = record_of(1);
  big.output.assign(1 << 20, 'x');
  try {
    store.put_batch(scene.attempt, std::vector{big}, {1, 1, 1});
    FAIL("the batch should not fit");
  } catch (const StoreError& error) {
    CHECK(error.mend().find("disk") != std::string::npos);
  }
  CHECK(store.records(scene.attempt).size() == 1);
  CHECK(number(store, "SELECT integrity_check='ok' FROM pragma_integrity_check") == 1);
}

TEST_CASE("records go in and out fast enough for a hundred thousand") {
  Scene scene;
  constexpr int kBatches = 250, kSize = 16;  // 4,000 records; linear, so 100,000 take 25 times that
  const auto start = std::chrono::steady_clock::now();
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<RecordRow> records;
    for (int i = 0; i < kSize; ++i) records.push_back(record_of(batch * kSize + i));
    scene.store.put_batch(scene.attempt, records, {1, 1, 1});
  }
  int seen = 0;
  scene.store.for_each_record(scene.attempt, [&](const RecordRow&) { ++seen; });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  CHECK(seen == kBatches * kSize);
  MESSAGE("4,000 records written and read in " << seconds.count() << " s");
}
