// The golden training (tests/golden/training.json) as jobs of an engine.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "golden.h"
#include "strategies/engine.h"

namespace quadrant {

inline TrainingJob golden_job(const nlohmann::json& golden, const std::string& method,
                              const std::filesystem::path& to) {
  TrainingJob job;
  job.tuning.name = job.tuning.method = method;
  job.tuning.rank = 8;
  job.tuning.alpha = 16;
  job.tuning.learning_rate = method == "lora" ? 1e-3 : 1e-4;
  job.tuning.epochs = 2;
  job.tuning.batch_size = 6;
  job.tuning.warmup_ratio = 0.1;
  for (const auto& json : golden["sequences"]) job.sequences.push_back(sequence_of(json));
  job.folder = to;
  return job;
}

inline std::vector<TrainingStep> train(ModelEngine& engine, const TrainingJob& job,
                                       int stop_after = 1000) {
  std::vector<TrainingStep> steps;
  engine.train(job, [&](const TrainingStep& step) {
    steps.push_back(step);
    return static_cast<int>(steps.size()) < stop_after;
  });
  return steps;
}

// `wanted`: the steps as transformers or PEFT took them. Relative bounds.
inline void check_steps(const std::vector<TrainingStep>& steps, const nlohmann::json& wanted,
                        double loss_bound = 1e-3, double norm_bound = 1e-2) {
  REQUIRE(steps.size() == wanted.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CAPTURE(i);
    CHECK(steps[i].loss == doctest::Approx(wanted[i]["loss"].get<double>()).epsilon(loss_bound));
    CHECK(steps[i].grad_norm ==
          doctest::Approx(wanted[i]["grad_norm"].get<double>()).epsilon(norm_bound));
  }
}

}  // namespace quadrant
