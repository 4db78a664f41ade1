// A small experiment in a folder of its own, and what its stores hold as comparable text.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "harness/run/runner.h"
#include "harness/store/store.h"
#include "tests/unit/run/fakes.h"
#include "tests/unit/store/temporary.h"

namespace quadrant::test {

constexpr int kItems = 30;

// A suite of its own in `folder`: items in clusters of three, a document for each, question-answer
// lines for training; `dev` items of further clusters, 0 = no dev.jsonl.
void write_toy_suite(const std::filesystem::path& folder, Script& script, int items, int dev);

struct Scene {
  TemporaryFolder folder;
  Experiment experiment;  // 4 contexts, base and lora, 2 seeds: 13 cells, 2 trainings
  Script script;
  Progress quiet;
  std::atomic<bool> stop{false};

  Scene();
  std::filesystem::path store_file(const std::string& name = "a.db") const;
  std::filesystem::path suite_file(const std::string& name) const;
  WorkbenchLoader loader();  // reads the suite's files anew
  RunOutcome run(Store& store, const PlanOptions& options = {});
  RunOutcome resume(Store& store, std::int64_t run_id);
};

// Everything a run concluded that must not depend on interruptions: cells, records, scores,
// passages, summaries, training curves. Times are left out.
std::string contents(const Store& store, std::int64_t run_id);

std::int64_t count(const Store& store, const std::string& sql);

}  // namespace quadrant::test
