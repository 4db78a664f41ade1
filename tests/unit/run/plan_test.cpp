// The plan: which cells there are, what makes them the same, what is left out and why.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/run/predict.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::Scene;

namespace {

Plan plan_of(Scene& scene, const PlanOptions& options = {}, const Store* store = nullptr) {
  Workbench bench = scene.loader()(scene.experiment);
  return make_plan(scene.experiment, bench, store, options);
}

std::vector<std::string> labels(const Plan& plan) {
  std::vector<std::string> names;
  for (const PlannedCell& cell : plan.cells) names.push_back(cell.label);
  return names;
}

}  // namespace

TEST_CASE("a training costs two forward passes with LoRA, three without, one more checkpointed") {
  TuningSpec tuning;
  tuning.epochs = 5;
  const auto flops = [&] { return predict_training(100, tuning, 10, {}).flops; };
  tuning.method = "lora";
  CHECK(flops() == 2 * 5 * 100 * 10);
  tuning.method = "full";
  CHECK(flops() == 3 * 5 * 100 * 10);
  tuning.gradient_checkpointing = true;
  CHECK(flops() == 4 * 5 * 100 * 10);
}

TEST_CASE("base cells come first, and a cell without a seed is planned once") {
  Scene scene;
  const Plan plan = plan_of(scene);
  const std::vector<std::string> expected{
      "none + base",           "shots + base, seed 0", "shots + base, seed 1", "rag + base",
      "oracle + base",         "none + lora, seed 0",  "shots + lora, seed 0", "rag + lora, seed 0",
      "oracle + lora, seed 0", "none + lora, seed 1",  "shots + lora, seed 1", "rag + lora, seed 1",
      "oracle + lora, seed 1"};
  CHECK(labels(plan) == expected);
  CHECK(plan.trainings.size() == 2);
  CHECK(plan.trainings[1].seed == 1);
  CHECK(plan.trainings[0].sequences == test::kItems);
  CHECK(plan.trainings[0].needed);
  CHECK(plan.cells[5].training == 0);
  CHECK(plan.obstacles.empty());
  CHECK(plan.cells[3].prediction.tokens > plan.cells[0].prediction.tokens);
  CHECK_FALSE(plan.total().seconds.has_value());
  const nlohmann::json json = to_json(plan);
  CHECK(json.at("cells").size() == 13);
  CHECK(json.at("cells")[3].at("suite") == "toy");
  CHECK(json.at("cells")[0].at("seed").is_null());
}

TEST_CASE("a cell's hash follows what decides the answers, and nothing else") {
  Scene scene;
  const std::string before = plan_of(scene).cells[3].hash;
  CHECK(plan_of(scene).cells[3].hash == before);
  scene.experiment.name = scene.experiment.contexts[2].name = "another name";
  scene.experiment.margin = 0.1;
  CHECK(plan_of(scene).cells[3].hash == before);
  const auto differs = [&](auto change) {
    Scene other;
    change(other);
    return plan_of(other).cells[3].hash != before;
  };
  // The suite's folder is another one, yet the same bytes give the same cell.
  CHECK_FALSE(differs([](Scene&) {}));
  CHECK(differs([](Scene& s) { s.script.weights = "weights 2"; }));
  CHECK(differs([](Scene& s) { s.script.tokenizer = "bytes 2"; }));
  CHECK(differs([](Scene& s) { s.script.engine_id = "fake 2"; }));
  CHECK(differs([](Scene& s) { s.experiment.contexts[2].k = 3; }));
  CHECK(differs([](Scene& s) { s.experiment.batch_size = 8; }));
  CHECK(differs([](Scene& s) {
    const auto file = s.suite_file("corpus.jsonl");
    write_atomically(file, read_text(file) + "\n");
  }));
}

TEST_CASE("a tuned cell's hash follows its training, a base cell's does not") {
  Scene scene;
  const Plan before = plan_of(scene);
  scene.experiment.tunings[1].learning_rate *= 2;
  const Plan after = plan_of(scene);
  CHECK(before.cells[0].hash == after.cells[0].hash);
  CHECK(before.cells[5].hash != after.cells[5].hash);
  CHECK(before.trainings[0].hash != after.trainings[0].hash);
}

TEST_CASE("--only and --limit leave what they name; a wrong name is an error with the nearest") {
  Scene scene;
  const Plan plan = plan_of(
      scene,
      {5, {{"context", "none"}, {"context", "rag"}, {"tuning", "lora"}, {"seed", "1"}}, true});
  CHECK(labels(plan) == std::vector<std::string>{"none + lora, seed 1", "rag + lora, seed 1"});
  CHECK(plan.cells[0].expected == 5);
  CHECK(plan_options(to_json(plan.options)).only == plan.options.only);
  CHECK(plan_options(to_json(plan.options)).limit == 5);
  CHECK_THROWS_AS(plan_of(scene, {0, {{"contxt", "none"}}, true}), Error);
  try {
    plan_of(scene, {0, {{"context", "shot"}}, true});
    FAIL("an unknown name should be refused");
  } catch (const Error& error) {
    CHECK(error.mend().find("shots") != std::string::npos);
  }
}

TEST_CASE("what cannot run is said; when nothing is left it is an error") {
  Scene scene;
  std::filesystem::remove(scene.suite_file("train.jsonl"));
  const Plan plan = plan_of(scene);
  CHECK(plan.cells.size() == 5);
  CHECK(plan.obstacles == std::vector<std::string>{"toy, lora: no train.jsonl"});
  CHECK_THROWS_AS(plan_of(scene, {0, {{"tuning", "lora"}}, true}), Error);
}

TEST_CASE("two names for the same cell are refused") {
  Scene scene;
  ContextSpec twin = scene.experiment.contexts[0];
  twin.name = "twin";
  scene.experiment.contexts.push_back(twin);
  CHECK_THROWS_AS(plan_of(scene), Error);
}

TEST_CASE("with a store the plan knows what is there and how fast this machine is") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  CHECK(scene.run(store, {0, {{"tuning", "base"}}, true}).complete());
  const Plan plan = plan_of(scene, {}, &store);
  for (const PlannedCell& cell : plan.cells) CHECK(cell.done.has_value() == (cell.training < 0));
  CHECK(plan.total().seconds.has_value());
  CHECK_FALSE(plan_of(scene, {0, {}, false}, &store).cells[0].done.has_value());
}

// A second suite beside the scene's own, of the same questions.
std::filesystem::path second_suite(Scene& scene, const std::string& test,
                                   const std::string& train) {
  const auto folder = std::filesystem::path(scene.experiment.suites[0]).parent_path() / "two";
  test::write_toy_suite(folder, scene.script, 9, 0);
  std::string manifest = read_text(folder / "suite.toml");
  manifest.replace(manifest.find("toy"), 3, "two");
  write_atomically(folder / "suite.toml", manifest);
  if (!test.empty()) write_atomically(folder / "test.jsonl", test);
  if (!train.empty()) write_atomically(folder / "train.jsonl", train);
  scene.experiment.suites.push_back(folder.string());
  return folder;
}

TEST_CASE("a suite may be asked a part of the grid, and a training serve several suites") {
  Scene scene;
  const std::string second = second_suite(scene, "", "").string();
  scene.experiment.seeds = {0};
  scene.experiment.tunings[1].data = scene.experiment.suites[0];
  scene.experiment.suite_grids = {{second, {"none"}, {}, {}}};
  const Plan plan = plan_of(scene);
  CHECK(plan.cells.size() == 4 + 1 + 4 + 1);
  REQUIRE(plan.trainings.size() == 1);
  CHECK(plan.trainings[0].suite == 0);
  CHECK(plan.trainings[0].sequences == test::kItems);
  CHECK(plan.cells.back().suite == 1);
  CHECK(plan.cells.back().training == 0);
  Store store(scene.store_file(), Store::Open::kCreate);
  CHECK(scene.run(store).complete());
  CHECK(scene.script.trainings == 1);

  scene.experiment.suite_grids[0].tunings = {"base"};
  CHECK(plan_of(scene).cells.size() == 4 + 1 + 4);
  scene.experiment.suite_grids[0] = {second, {}, {"base"}, {"lora"}};
  CHECK(plan_of(scene).cells.back().label == "none + lora, seed 0");
  CHECK(plan_of(scene).cells.size() == 4 + 4 + 4 + 1);
}

TEST_CASE("training data of one suite that give another suite's questions away stop the plan") {
  Scene scene;
  // No question of the first suite, but one of the second.
  second_suite(scene, R"({"id": "z", "question": "teach what is 7?", "targets": ["value7"]})",
               "\n");
  scene.experiment.tunings[1].data = scene.experiment.suites[0];
  try {
    plan_of(scene);
    FAIL("a leak should be refused");
  } catch (const Error& error) {
    CHECK(error.problem().find("asked after training on toy") != std::string::npos);
    CHECK(error.where() == "test.jsonl:1, train.jsonl:8");
  }
}

TEST_CASE("the primer asks every suite but those in Korean, and learns from suites that it asks") {
  const auto file = std::filesystem::path(QUADRANT_SOURCE_DIR) / "harness/experiments/primer.toml";
  const Experiment primer = parse_experiment(read_text(file), "primer.toml");
  std::vector<std::string> english;
  for (const BuiltInSuite& suite : built_in_suites()) {
    if (!suite.name.ends_with("_ko")) english.push_back(suite.name);
  }
  std::vector<std::string> asked = primer.suites;
  std::sort(english.begin(), english.end());
  std::sort(asked.begin(), asked.end());
  CHECK(asked == english);
}
