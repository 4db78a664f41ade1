// Rules of the design: dev before test, the frozen lock, the gate on dev, effort and confounds.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/run/design_lock.h"
#include "reports/model/report_model.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::count;
using test::Scene;

namespace {

struct WithDev : Scene {
  WithDev() {
    const auto suite = folder / "with_dev";
    test::write_toy_suite(suite, script, test::kItems, 6);
    experiment.suites = {suite.string()};
    experiment.seeds = {0};
  }
};

struct Listener : Progress {
  std::vector<KnowledgeGate> gates;
  std::vector<std::string> warnings, finished;
  void knowledge_gate(const KnowledgeGate& gate) override { gates.push_back(gate); }
  void warned(const std::string& sentence) override { warnings.push_back(sentence); }
  void cell_finished(const CellProgress& cell, const std::string&, const std::string&) override {
    finished.push_back(cell.label);
  }
};

RunOutcome run(WithDev& scene, Store& store, Progress& progress) {
  Workbench bench = scene.loader()(scene.experiment);
  return run_plan(store, bench, {make_plan(scene.experiment, bench, &store), "toml", {"run"}, {}},
                  progress, scene.stop);
}

bool any_holds(const std::vector<std::string>& sentences, const std::string& part) {
  return std::any_of(sentences.begin(), sentences.end(), [&](const std::string& sentence) {
    return sentence.find(part) != std::string::npos;
  });
}

ReportModel report(const Store& store, std::int64_t run) {
  ReportOptions options;
  options.samples = SampleChoice::kNone;
  options.resamples = 200;
  return load_report_model(store, run, options);
}

}  // namespace

TEST_CASE("every strategy answers the dev items first, and reports show test items") {
  WithDev scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  Listener listener;
  const RunOutcome outcome = run(scene, store, listener);
  CHECK(outcome.complete());
  const std::vector<std::string> order(listener.finished.begin(), listener.finished.begin() + 8);
  CHECK(order == std::vector<std::string>{"none + base (dev)", "shots + base, seed 0 (dev)",
                                          "rag + base (dev)", "oracle + base (dev)", "none + base",
                                          "shots + base, seed 0", "rag + base", "oracle + base"});
  CHECK(listener.finished.size() == 16);
  CHECK(count(store,
              "SELECT count(*) FROM record r JOIN attempt USING(attempt_id) JOIN cell "
              "USING(cell_id) JOIN dataset USING(dataset_id) WHERE split='valid'") == 48);
  const ReportModel model = report(store, outcome.run_id);
  REQUIRE(model.suites.size() == 1);
  CHECK(model.suites[0].items.size() == test::kItems);
  CHECK(model.suites[0].arms.size() == 8);
  CHECK(model.suites[0].verdicts.at(0).chosen_on_dev);
  CHECK(!model.suites[0].verdicts.at(0).context_from_test);
}

TEST_CASE("what a run judges by is locked before its first test answer; another rule is marked") {
  WithDev scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  scene.script.before_batch = [&] { CHECK(count(store, "SELECT count(*) FROM lock") >= 1); };
  Listener listener;
  const auto first = run(scene, store, listener);
  const auto again = run(scene, store, listener);
  CHECK(listener.warnings.empty());
  CHECK(store.locks(first.run_id).at(0).hash == store.locks(again.run_id).at(0).hash);
  CHECK(nlohmann::json::parse(store.locks(first.run_id)[0].spec).at("margin") == 0.05);

  scene.experiment.margin = 0.1;
  const auto other = run(scene, store, listener);
  REQUIRE(listener.warnings.size() == 1);
  CHECK(listener.warnings[0].find("margin, then 0.05, is now 0.1") != std::string::npos);
  CHECK(listener.warnings[0].find("run 2 already judged") != std::string::npos);
  CHECK(any_holds(report(store, other.run_id).warnings, "already judged these test items"));
  CHECK(!any_holds(report(store, again.run_id).warnings, "already judged these test items"));
}

TEST_CASE("a run begun by one rule is not gone on with by another") {
  WithDev scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  Listener listener;
  const auto outcome = run(scene, store, listener);
  store.database().execute("UPDATE lock SET hash='" + std::string(64, 'a') + "'");
  Workbench bench = scene.loader()(scene.experiment);
  const Plan plan = make_plan(scene.experiment, bench, &store);
  CHECK_THROWS_AS(lock_design(store, outcome.run_id, plan, bench), Error);
}

TEST_CASE("the knowledge gate is measured on dev and says what the test items could find") {
  WithDev scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  Listener listener;
  run(scene, store, listener);
  REQUIRE(listener.gates.size() == 1);
  const KnowledgeGate& gate = listener.gates[0];
  CHECK(gate.on_dev);
  CHECK(gate.items == 6);
  CHECK(gate.oracle == 1);
  CHECK(gate.detectable > 0.2);  // 30 questions in 10 clusters
  REQUIRE(gate.warnings.size() == 1);
  CHECK(gate.warnings[0].starts_with("30 test questions in 10 clusters tell differences of about"));
}

TEST_CASE("the ledger counts what was ever tried, and unequal effort is a confound") {
  WithDev scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  Listener listener;
  run(scene, store, listener);
  scene.experiment.contexts[2].k = 3;
  const auto last = run(scene, store, listener);
  const ReportModel model = report(store, last.run_id);
  const auto& tried = model.suites.at(0).tried;
  const auto of = [&](const std::string& kind) {
    return *std::find_if(tried.begin(), tried.end(),
                         [&](const auto& row) { return row.kind == kind; });
  };
  CHECK(of("rag").configurations == 2);
  CHECK(of("rag").dev_answers == 12);
  CHECK(of("rag").test_answers == 60);
  CHECK(of("lora").configurations == 1);
  CHECK(of("lora").dev_answers == 6);
  CHECK(any_holds(model.warnings,
                  "unequal numbers of configurations were tried (few_shot 1, lora 1, rag 2)"));
}

TEST_CASE("asymmetries between compared arms are said") {
  WithDev scene;
  scene.experiment.contexts[3].budget_tokens = 500;
  int asked = 0;
  scene.script.after_answer = [&](Generation& answer) {
    if (++asked == 30) answer.error = "the machine hiccuped";
  };
  Store store(scene.store_file(), Store::Open::kCreate);
  Listener listener;
  const auto outcome = run(scene, store, listener);
  const ReportModel model = report(store, outcome.run_id);
  CHECK(any_holds(model.warnings, "unequal budgets of passage tokens (oracle 500, rag 1024)"));
  CHECK(any_holds(model.warnings, "unequal shares of failed items"));
}
