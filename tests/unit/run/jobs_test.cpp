// A plan cut into jobs: done apart, each in a store of its own, they are the whole run's work.
#include "harness/run/jobs.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/store/merge.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::count;
using test::Scene;

namespace {

std::vector<Job> jobs_of(Scene& scene, const Store& store) {
  Workbench bench = scene.loader()(scene.experiment);
  return cut_into_jobs(make_plan(scene.experiment, bench, &store), store);
}

void take(Store& into, const Store& from) {
  std::vector<std::int64_t> lost;
  copy_training_files(into, from, merge_runs(into, from), lost);
  CHECK(lost.empty());
}

std::filesystem::path shard(const Scene& scene, const Job& job) {
  return scene.store_file(job.key + ".db");
}

// One job as a machine of its own does it: with what it builds on, and nothing else.
RunOutcome do_job(Scene& scene, const std::vector<Job>& jobs, std::size_t number,
                  const Store& whole) {
  const Job& job = jobs[number];
  Store store(shard(scene, job), Store::Open::kCreate);
  for (const std::int64_t run : job.runs) {
    std::vector<std::int64_t> lost;
    copy_training_files(store, whole, merge_runs(store, whole, std::span(&run, 1)), lost);
  }
  for (const std::size_t before : job.needs) take(store, Store(shard(scene, jobs[before])));
  PlanOptions options;
  options.only = job.only;
  return scene.run(store, options);
}

// Every job before those that need it. Returns the order.
std::vector<std::size_t> do_all(Scene& scene, const std::vector<Job>& jobs, const Store& whole) {
  std::vector<std::size_t> order;
  const auto is_done = [&](std::size_t job) {
    return std::find(order.begin(), order.end(), job) != order.end();
  };
  while (order.size() < jobs.size()) {
    const std::size_t before = order.size();
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (is_done(i) || !std::all_of(jobs[i].needs.begin(), jobs[i].needs.end(), is_done)) continue;
      CHECK(do_job(scene, jobs, i, whole).complete());
      order.push_back(i);
    }
    REQUIRE(order.size() > before);
  }
  return order;
}

// Prompts and learning rates are chosen on dev items.
void make_searches(Scene& scene) {
  test::write_toy_suite(scene.folder / "toy", scene.script, test::kItems, 6);
  ContextSpec best;
  best.name = "best";
  best.kind = "optimised";
  best.trials = 4;
  auto& contexts = scene.experiment.contexts;
  contexts = {best, contexts[0], contexts[1]};
  TuningSpec rates = scene.experiment.tunings[1];
  rates.name = "rates";
  rates.trials = 3;
  rates.learning_rate *= 3;
  scene.experiment.tunings.push_back(rates);
}

}  // namespace

TEST_CASE("jobs done apart and merged are a whole run, and nothing is done twice") {
  Scene scene;
  make_searches(scene);
  scene.experiment.seeds = {0};
  Store whole(scene.store_file("whole.db"), Store::Open::kCreate);
  const RunOutcome outcome = scene.run(whole);
  const int batches = scene.script.batches, steps = scene.script.steps;

  Store merged(scene.store_file("merged.db"), Store::Open::kCreate);
  const std::vector<Job> jobs = jobs_of(scene, merged);
  std::vector<std::string> labels;
  for (const Job& job : jobs) {
    labels.push_back(fmt::format("{}: {}", job.label, fmt::join(job.needs, " ")));
  }
  CHECK(labels ==
        std::vector<std::string>{"toy, best + base: ", "toy, none + base: ",
                                 "toy, shots + base, seed 0: ", "toy, best + lora, seed 0: 0 4",
                                 "toy, none + lora, seed 0: ", "toy, shots + lora, seed 0: 4",
                                 "toy, none + rates, seed 0: ", "toy, best + rates, seed 0: 0 1 6",
                                 "toy, shots + rates, seed 0: 6"});
  do_all(scene, jobs, merged);
  for (const Job& job : jobs) take(merged, Store(shard(scene, job)));
  CHECK(scene.script.batches == 2 * batches);
  CHECK(scene.script.steps == 2 * steps);
  CHECK(jobs_of(scene, merged).empty());

  const RunOutcome last = scene.run(merged);
  CHECK(last.computed == 0);
  CHECK(last.cached == outcome.computed);
  const auto without_trainings = [](const std::string& text) {
    return text.substr(0, text.find("\ntraining "));
  };
  CHECK(without_trainings(contents(merged, last.run_id)) ==
        without_trainings(contents(whole, outcome.run_id)));
  for (const char* rows : {"SELECT count(*) FROM attempt", "SELECT count(*) FROM training"}) {
    CHECK(count(merged, rows) == count(whole, rows));
  }
}

TEST_CASE("what a store has already is handed to the jobs that build on it") {
  Scene scene;
  make_searches(scene);
  Store store(scene.store_file(), Store::Open::kCreate);
  const std::vector<Job> before = jobs_of(scene, store);
  const auto labelled = [](const std::vector<Job>& jobs, const std::string& label) {
    const auto found =
        std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.label == label; });
    REQUIRE(found != jobs.end());
    return *found;
  };
  // The prompt, one training with some of its cells, and one search for a learning rate.
  for (const char* done :
       {"toy, best + base", "toy, none + lora, seed 0", "toy, none + rates, seed 0"}) {
    PlanOptions options;
    options.only = labelled(before, done).only;
    CHECK(scene.run(store, options).complete());
  }
  const std::vector<Job> jobs = jobs_of(scene, store);
  CHECK(jobs.size() == before.size() - 3);
  const Job searched = labelled(jobs, "toy, best + lora, seed 0");
  CHECK(searched.key == labelled(before, searched.label).key);
  CHECK(searched.needs.empty());
  CHECK(searched.runs == std::set<std::int64_t>{1, 2});
  CHECK(labelled(jobs, "toy, shots + lora, seed 0").runs == std::set<std::int64_t>{2});
  CHECK(labelled(jobs, "toy, shots + rates, seed 0").runs == std::set<std::int64_t>{3});
  const int steps = scene.script.steps;
  do_all(scene, jobs, store);
  CHECK(scene.script.steps == 2 * steps);  // those of the other seed
  for (const Job& job : jobs) take(store, Store(shard(scene, job)));
  CHECK(jobs_of(scene, store).empty());

  // Without its files a training is done again, once.
  Store bare(scene.store_file("bare.db"), Store::Open::kCreate);
  PlanOptions options;
  options.only = labelled(before, "toy, none + lora, seed 0").only;
  CHECK(scene.run(bare, options).complete());
  bare.forget_files(1);
  const Job trainer = labelled(jobs_of(scene, bare), "toy, shots + lora, seed 0");
  CHECK(trainer.needs.empty());
  CHECK(trainer.runs.empty());
}
