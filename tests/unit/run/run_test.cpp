// Whole runs with a scripted engine: what is stored, what is reused, what fails and goes on.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/metrics/metric.h"
#include "harness/run/summarise.h"
#include "reports/model/report_model.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::count;
using test::Scene;

namespace {

struct Listener : Progress {
  int started = 0, advanced = 0, steps = 0;
  std::vector<KnowledgeGate> gates;
  std::vector<std::string> order, states;
  void cell_started(const CellProgress&) override { ++started; }
  void cell_advanced(const CellProgress&) override { ++advanced; }
  void cell_finished(const CellProgress& cell, const std::string& state,
                     const std::string&) override {
    order.push_back(cell.label);
    states.push_back(state);
  }
  void training_advanced(const TrainingProgress&) override { ++steps; }
  void training_finished(const TrainingProgress& training, const std::string&,
                         const std::string&) override {
    order.push_back("train " + training.label);
  }
  void knowledge_gate(const KnowledgeGate& gate) override {
    gates.push_back(gate);
    order.push_back("gate");
  }
};

SummaryRow primary(const Store& store, std::int64_t run, const std::string& context,
                   const std::string& tuning) {
  for (const RunCellRow& cell : store.run_cells(run)) {
    if (cell.context == context && cell.tuning == tuning) {
      return store.summaries(*cell.attempt_id).at(0);
    }
  }
  return {};
}

}  // namespace

TEST_CASE("a full run stores every record, score, summary and curve") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  Listener listener;
  Workbench bench = scene.loader()(scene.experiment);
  const RunRequest request{make_plan(scene.experiment, bench, &store), "toml", {"run"}, {}};
  const RunOutcome outcome = run_plan(store, bench, request, listener, scene.stop);
  CHECK(outcome.complete());
  CHECK(outcome.state == "done");
  CHECK(outcome.computed == 13);
  CHECK(outcome.trained == 2);
  CHECK(store.run(outcome.run_id).state == "done");
  CHECK(count(store, "SELECT count(*) FROM record") == 13 * test::kItems);
  CHECK(count(store, "SELECT count(*) FROM record WHERE stop='error'") == 13);
  CHECK(count(store, "SELECT count(*) FROM score WHERE value IS NULL") == 13 * 2);
  CHECK(count(store, "SELECT count(*) FROM training_step") == 2 * 6);
  CHECK(count(store, "SELECT count(*) FROM pragma_foreign_key_check") == 0);
  CHECK(count(store, "SELECT count(*) FROM attempt_progress WHERE missing<>0") == 0);

  const SummaryRow base = primary(store, outcome.run_id, "none", "base");
  const SummaryRow oracle = primary(store, outcome.run_id, "oracle", "base");
  CHECK(base.mean == 0);
  CHECK(base.n == test::kItems - 1);
  CHECK(base.unscored == 1);
  CHECK(base.clusters == 10);
  CHECK(oracle.mean == 1);
  CHECK(primary(store, outcome.run_id, "none", "lora").mean > 0.5);

  CHECK(listener.advanced == 13 * 8);
  CHECK(listener.steps == 12);
  REQUIRE(listener.gates.size() == 1);
  CHECK(listener.gates[0].closed_book == 0);
  CHECK(listener.gates[0].oracle == 1);
  REQUIRE(listener.gates[0].warnings.size() == 1);  // 30 questions tell nothing small
  CHECK(listener.gates[0].warnings[0].starts_with("30 test questions in 10 clusters"));
  REQUIRE(listener.order.size() == 16);
  CHECK(listener.order[5] == "gate");
  CHECK(listener.order[6] == "train lora, seed 0");
  CHECK(listener.order[11] == "train lora, seed 1");

  const auto inputs = store.run_inputs(outcome.run_id);
  std::string names;
  for (const InputRow& input : inputs) names += input.name + ";";
  CHECK(names ==
        "chat template;embedder;experiment;model weights;suite toy/corpus.jsonl;"
        "suite toy/suite.toml;suite toy/test.jsonl;suite toy/train.jsonl;tokenizer;");
}

TEST_CASE("a second run reuses everything") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome first = scene.run(store);
  const int batches = scene.script.batches, trainings = scene.script.trainings;
  const RunOutcome second = scene.run(store);
  CHECK(second.cached == 13);
  CHECK(second.computed == 0);
  CHECK(second.complete());
  CHECK(scene.script.batches == batches);
  CHECK(scene.script.trainings == trainings);
  CHECK(count(store, "SELECT count(*) FROM run_cell WHERE run_id=2 AND origin='cached'") == 13);
  CHECK(store.run_cells(second.run_id)[0].attempt_id ==
        store.run_cells(first.run_id)[0].attempt_id);
}

TEST_CASE("a corpus metric is summed up by its statistics, not by the mean of its scores") {
  Scene scene;
  std::string manifest = read_text(scene.suite_file("suite.toml"));
  manifest.replace(manifest.find("\"exact_match\""), 13, "\"chrf\"");
  write_atomically(scene.suite_file("suite.toml"), manifest);
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome outcome = scene.run(store, {0, {{"context", "rag"}, {"tuning", "base"}}, true});
  const auto attempt = *store.run_cells(outcome.run_id)[0].attempt_id;
  const auto items = planned_items(load_suite(scene.suite_file("")), {}, Split::kTest);
  const Metric& chrf = find_metric("chrf");
  std::vector<double> sums(18, 0.0);
  int scored = 0;
  store.for_each_record(attempt, [&](const RecordRow& record) {
    if (!record.error.empty()) return;
    const auto one =
        chrf.statistics(record.output, items[static_cast<std::size_t>(record.item_no)]);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += one[i];
    ++scored;
  });
  int found = 0;
  for (const SummaryRow& row : store.summaries(attempt)) {
    if (row.method != std::string(kCorpusMethod)) continue;
    ++found;
    CHECK(row.metric == "chrf");
    CHECK(row.mean == doctest::Approx(chrf.from_statistics(sums)));
    CHECK(row.lo < row.mean);
    CHECK(row.mean < row.hi);
    CHECK(row.n == scored);
    CHECK(row.unscored == test::kItems - scored);
  }
  CHECK(found == 1);
}

TEST_CASE("a finished training is reused for new cells, but not when its files have changed") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  CHECK(scene.run(store, {0, {{"context", "none"}}, true}).trained == 2);
  const RunOutcome more = scene.run(store, {0, {{"context", "rag"}}, true});
  CHECK(more.trainings_reused == 2);
  CHECK(more.trained == 0);
  write_atomically(store.artifact_folder() / "training-1/adapter.txt", "damaged");
  const RunOutcome again = scene.run(store, {0, {{"context", "oracle"}}, true});
  CHECK(again.trainings_reused == 1);
  CHECK(again.trained == 1);
}

TEST_CASE("a cell that fails is marked and the rest goes on; resume tries it again") {
  Scene whole_scene;
  Store whole(whole_scene.store_file(), Store::Open::kCreate);
  whole_scene.run(whole);
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.script.before_batch = [&] {
    if (scene.script.batches == 11) {
      scene.script.batches = 1000;
      throw Error("out of memory", "here", "smaller batches");
    }
  };
  const RunOutcome outcome = scene.run(store);
  CHECK(outcome.failed == 1);
  CHECK(outcome.computed == 12);
  CHECK_FALSE(outcome.complete());
  CHECK(outcome.failures.at(0).find("out of memory") != std::string::npos);
  CHECK(store.run(outcome.run_id).state == "failed");
  const auto cells = store.run_cells(outcome.run_id);
  CHECK(cells[1].state == "failed");
  CHECK(cells[1].error.find("out of memory") != std::string::npos);
  CHECK(scene.resume(store, outcome.run_id).complete());
  CHECK(contents(store, outcome.run_id) == contents(whole, 1));
}

TEST_CASE("when a training fails its cells fail with its reason, the others are done") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  bool broken = true;
  scene.script.before_step = [&] {
    if (broken && scene.script.steps == 3) throw Error("loss is NaN", "step 4", "smaller rate");
  };
  const RunOutcome outcome = scene.run(store);
  CHECK(outcome.failed == 8);  // the counter stays at 3, so that both trainings fail
  CHECK(outcome.computed == 5);
  CHECK(store.trainings_of_run(outcome.run_id).at(0).state == "failed");
  CHECK(store.run_cells(outcome.run_id)[5].error.find("loss is NaN") != std::string::npos);
  broken = false;
  const RunOutcome resumed = scene.resume(store, outcome.run_id);
  CHECK(resumed.complete());
  CHECK(resumed.trained == 2);
  CHECK(count(store, "SELECT count(*) FROM attempt WHERE training_id IS NULL") == 5);
  CHECK(count(store, "SELECT count(*) FROM attempt") == 13);
}

TEST_CASE("the knowledge gate warns of arms that cannot help") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.script.answers.clear();  // the model ignores what it reads
  Listener listener;
  Workbench bench = scene.loader()(scene.experiment);
  const RunRequest request{
      make_plan(scene.experiment, bench, &store, {0, {{"tuning", "base"}}, true}), "", {}, {}};
  run_plan(store, bench, request, listener, scene.stop);
  REQUIRE(listener.gates.size() == 1);
  REQUIRE(listener.gates[0].warnings.size() == 1);
  CHECK(listener.gates[0].warnings[0].find("retrieval cannot help") != std::string::npos);
}

TEST_CASE("scores of a cached cell are brought up to date without the model") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.run(store);
  const std::string before = contents(store, 1);
  store.database().execute("UPDATE score SET metric_version='0' WHERE metric='contains'");
  store.database().execute("UPDATE summary SET metric_version='0' WHERE metric='contains'");
  const int batches = scene.script.batches;
  const RunOutcome again = scene.run(store);
  CHECK(again.cached == 13);
  CHECK(scene.script.batches == batches);
  store.database().execute("DELETE FROM score WHERE metric_version='0'");
  store.database().execute("DELETE FROM summary WHERE metric_version='0'");
  CHECK(contents(store, 1) == before);
}

TEST_CASE("unanswerable items are summed up apart") {
  Scene scene;
  std::string lines;
  for_each_json_line(scene.suite_file("test.jsonl"), [&](int line, const nlohmann::json& value) {
    nlohmann::json item = value;
    if (line > 20) item["meta"] = {{"answerable", "false"}};
    lines += item.dump() + "\n";
  });
  write_atomically(scene.suite_file("test.jsonl"), lines);
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome outcome =
      scene.run(store, {0, {{"context", "oracle"}, {"tuning", "base"}}, true});
  const auto rows = store.summaries(*store.run_cells(outcome.run_id).at(0).attempt_id);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].method == "cluster_t");
  CHECK(rows[0].n == 19);
  CHECK(rows[1].method == "cluster_t unanswerable");
  CHECK(rows[1].n == 10);
}

TEST_CASE("a metric that is no mean of its items gets the value of all of them together") {
  Scene scene;
  const auto manifest = scene.suite_file("suite.toml");
  std::string text = read_text(manifest);
  const std::string before = R"(metrics = ["contains", "exact_match"])";
  text.replace(text.find(before), before.size(), R"(metrics = ["contains", "chrf"])");
  write_atomically(manifest, text);
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome outcome =
      scene.run(store, {0, {{"context", "oracle"}, {"tuning", "base"}}, true});
  const auto rows = store.summaries(*store.run_cells(outcome.run_id).at(0).attempt_id);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].metric == "chrf");
  CHECK(rows[0].method == kSummaryMethod);
  CHECK(rows[1].method == kCorpusMethod);
  CHECK(rows[1].n == test::kItems - 1);  // one prompt did not fit
  CHECK(rows[1].unscored == 1);
  CHECK(rows[1].clusters == test::kItems / 3);
  CHECK(rows[1].mean == doctest::Approx(1));
  CHECK(rows[1].lo == doctest::Approx(1));
}

TEST_CASE("early_stop asks the model that was best on dev; the other arm the last one") {
  Scene scene;
  scene.experiment.seeds = {0};
  scene.experiment.contexts.resize(1);
  TuningSpec early = scene.experiment.tunings[1];
  early.name = "early";
  early.early_stop = true;
  scene.experiment.tunings.push_back(early);
  Store store(scene.store_file(), Store::Open::kCreate);
  CHECK(scene.run(store).failed == 0);
  REQUIRE(scene.script.loaded.size() == 2);
  CHECK(scene.script.loaded[0].starts_with("training-"));
  CHECK(scene.script.loaded[1] == kEarlyStop);
}

TEST_CASE("an optimised prompt is the best of its trials on dev items, for every model") {
  Scene scene;
  test::write_toy_suite(scene.folder / "toy", scene.script, test::kItems, 6);
  ContextSpec best;
  best.name = "best";
  best.kind = "optimised";
  best.trials = 4;
  scene.experiment.contexts = {scene.experiment.contexts[0], best};
  scene.experiment.seeds = {0};
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome outcome = scene.run(store);
  CHECK(outcome.complete());
  // 4 trials; then none and best on dev and test, with base and lora.
  CHECK(store.run_cells(outcome.run_id).size() == 4 + 8);
  CHECK(primary(store, outcome.run_id, "best#1", "base").mean == 0);
  CHECK(primary(store, outcome.run_id, "best#2", "base").mean == 1);
  for (const RunCellRow& row : store.run_cells(outcome.run_id)) {
    if (row.context != "best" || row.split != "test") continue;
    int shown = 0;
    store.for_each_record(*row.attempt_id, [&](const RecordRow& record) {
      shown += record.prompt.find("fact: ") != std::string::npos;
    });
    CHECK(shown == test::kItems);  // the prompt of trial 2
  }
  const auto specs = test::count(
      store, "SELECT count(DISTINCT context) FROM strategy WHERE context LIKE '%\"trial\"%'");
  CHECK(specs == 4);
  const ReportModel model = load_report_model(store, outcome.run_id, {SampleChoice::kNone, 99});
  const auto& trials = model.suites.at(0).prompt_trials;
  REQUIRE(trials.size() == 4);
  for (const PromptTrial& trial : trials) {
    CHECK(trial.context == "best");
    CHECK(trial.chosen == (trial.trial == 2));
    CHECK(trial.score == (trial.trial == 2 ? 1 : 0));
  }
  // What was trained is checked, and the checks that hold are kept too.
  const auto& checks = model.suites[0].verdicts.at(0).checks;
  REQUIRE(checks.size() == 2);
  CHECK(checks[1].name == "the training lowered its loss");
  CHECK(checks[1].passed);
  CHECK(scene.run(store).computed == 0);

  PlanOptions tuned;
  tuned.only = {{"tuning", "lora"}};
  Workbench bench = scene.loader()(scene.experiment);
  const Plan plan = make_plan(scene.experiment, bench, &store, tuned);
  REQUIRE(plan.obstacles.size() == 1);
  CHECK(plan.obstacles[0].find("chosen with the base model") != std::string::npos);
}

TEST_CASE("several learning rates: each is asked the dev items, the best one the test items") {
  Scene scene;
  test::write_toy_suite(scene.folder / "toy", scene.script, test::kItems, 9);
  TuningSpec& lora = scene.experiment.tunings.at(1);
  lora.trials = 3;
  scene.experiment.contexts.resize(2);
  scene.experiment.seeds = {0};
  scene.script.only_rate = 2 * lora.learning_rate;  // the third
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome outcome = scene.run(store);
  CHECK(outcome.complete());
  CHECK(outcome.trained == 3);
  CHECK(primary(store, outcome.run_id, "none", "lora#1").mean == 0);
  CHECK(primary(store, outcome.run_id, "none", "lora#2").mean > 0.5);
  CHECK(primary(store, outcome.run_id, "none", "lora").mean > 0.5);
  const ReportModel model = load_report_model(store, outcome.run_id, {SampleChoice::kNone, 99});
  CHECK(model.tunings.size() == 2);
  const auto& trials = model.suites.at(0).rate_trials;
  REQUIRE(trials.size() == 3);
  for (const RateTrial& trial : trials) {
    CHECK(trial.tuning == "lora");
    CHECK(trial.chosen == (trial.trial == 2));
  }
  CHECK(trials[1].rate == lora.learning_rate / 2);
  REQUIRE(model.trainings.size() == 3);
  CHECK(model.trainings[0].tuning == "lora");  // the chosen one bears the arm's name and costs
  CHECK_FALSE(model.trainings[0].searched);
  CHECK(model.trainings[1].searched);
  CHECK(scene.run(store).computed == 0);
}

TEST_CASE("a learning rate cannot be chosen without dev items") {
  Scene scene;
  scene.experiment.tunings.at(1).trials = 2;
  Workbench bench = scene.loader()(scene.experiment);
  const Plan plan = make_plan(scene.experiment, bench, nullptr, {});
  CHECK(plan.trainings.empty());
  REQUIRE(plan.obstacles.size() == 1);
  CHECK(plan.obstacles[0].find("chosen on dev items") != std::string::npos);
}
