// A scripted engine and contexts: answers come from a dictionary, training only counts steps.
//
// Log-probabilities depend on the composition of the batch, so that a test sees when a resumed run
// puts other prompts together than an uninterrupted one.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/run/workbench.h"

namespace quadrant::test {

// How often a strategy answers right, whatever was asked. With it, a model gives what it is shown,
// or else what it was trained on: so wrong passages and wrong labels give wrong answers.
struct Skill {
  double base = 0, context = 0, model = 0, both = 0;
  bool alike = true;  // one luck an item, common to all strategies; else each has its own
};

// What a test can watch and break; shared by every fake of one bench.
struct Script {
  std::string weights = "weights 1", tokenizer = "bytes 1", engine_id = "fake 1";
  std::map<std::string, std::string> answers;  // question -> answer, known after training
  std::optional<Skill> skill;
  double only_rate = 0;                       // at which training teaches anything; 0 = at any
  bool shuffled_index = false;                // retrieval shows the passage of another item
  int batches = 0, steps = 0, trainings = 0;  // done so far
  std::vector<std::string> loaded;            // the last parts of the folders of tuned models
  std::function<void()> before_batch = [] {};
  std::function<void()> before_step = [] {};
  std::function<void(Generation&)> after_answer = [](Generation&) {};
};

Workbench make_bench(const Experiment& experiment, const std::vector<Suite>& suites,
                     Script& script);

}  // namespace quadrant::test
