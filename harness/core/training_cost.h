// What a training costs, beside what answering does.
#pragma once

#include "harness/core/specs.h"

namespace quadrant {

// In forward passes over the same tokens: a backward pass is two of them, of which LoRA leaves out
// the gradients of the base weights; gradient checkpointing computes the layers once more.
struct TrainingPasses {
  double layers = 0, head = 0;
};

inline TrainingPasses training_passes(const TuningSpec& tuning) {
  const double both = tuning.method == "lora" ? 2 : 3;
  return {both + tuning.gradient_checkpointing, both};
}

}  // namespace quadrant
