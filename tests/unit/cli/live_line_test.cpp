// What a run says to a file: one line a finished piece of work.
#include "harness/cli/live_line.h"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <string>

using namespace quadrant;

namespace {

std::string said(const std::function<void(Progress&)>& work) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  work(*make_live_line(file.get()));
  std::rewind(file.get());
  std::array<char, 4096> text;
  return {text.data(), std::fread(text.data(), 1, text.size(), file.get())};
}

}  // namespace

TEST_CASE("a reused training says nothing of the steps of the one before") {
  const auto lines = said([](Progress& progress) {
    TrainingProgress training{1, 2, "company_qa", "lora, seed 0", {}};
    progress.training_started(training);
    training.step.step = 1;
    training.step.loss = 0.5;
    training.step.seconds = 3;
    progress.training_advanced(training);
    training.step.step = 2;
    progress.training_advanced(training);
    progress.training_finished(training, "done", "");
    progress.training_finished({2, 2, "company_qa", "full, seed 0", {}}, "cached", "");
  });
  CHECK(lines ==
        "training 1/2 company_qa lora, seed 0: done, 2 steps in 6s, loss 0.500\n"
        "training 2/2 company_qa full, seed 0: reused\n");
}

TEST_CASE("a training that failed before its first step has no loss to tell") {
  const auto lines = said([](Progress& progress) {
    const TrainingProgress training{1, 1, "slack", "lora, seed 0", {}};
    progress.training_started(training);
    progress.training_finished(training, "failed", "no room");
  });
  CHECK(lines == "training 1/1 slack lora, seed 0: failed: no room\n");
}
