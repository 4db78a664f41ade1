// How much work a cell or a training is, before any prompt is built.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "harness/run/plan.h"
#include "harness/run/workbench.h"

namespace quadrant {

// FLOPs per second seen in the store; empty = nothing has been run there yet.
struct Speed {
  std::optional<double> answering, training;
};
Speed known_speed(const Store* store);

// Means over the first texts of a suite, in tokens.
struct TokenSizes {
  double question = 0;  // the zero-shot prompt, template included
  double answer = 0;    // the first target
  double document = 0;
};
TokenSizes measure(const Suite& suite, const LanguageModel& model);

Prediction predict_cell(const TokenSizes& sizes, const Suite& suite, const ContextSpec& context,
                        std::int64_t items, double flops_per_token, const Speed& speed);
// tokens: of the training set.
Prediction predict_training(std::int64_t tokens, const TuningSpec& tuning, double flops_per_token,
                            const Speed& speed);

}  // namespace quadrant
