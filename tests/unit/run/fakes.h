// A scripted engine and contexts: answers come from a dictionary, training only counts steps.
//
// Log-probabilities depend on the composition of the batch, so that a test sees when a resumed run
// puts other prompts together than an uninterrupted one.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/run/workbench.h"

namespace quadrant::test {

// What a test can watch and break; shared by every fake of one bench.
struct Script {
  std::string weights = "weights 1", tokenizer = "bytes 1", engine_id = "fake 1";
  std::map<std::string, std::string> answers;  // question -> answer, known after training
  int batches = 0, steps = 0, trainings = 0;   // done so far
  std::function<void()> before_batch = [] {};
  std::function<void()> before_step = [] {};
  std::function<void(Generation&)> after_answer = [](Generation&) {};
};

Workbench make_bench(const Experiment& experiment, const std::vector<Suite>& suites,
                     Script& script);

}  // namespace quadrant::test
