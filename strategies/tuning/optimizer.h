// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) over a list of tensors, in one fused pass,
// and the learning-rate schedules of transformers (src/transformers/optimization.py).
#pragma once

#include <string>
#include <vector>

#include "harness/core/specs.h"
#include "strategies/lm/layers/tensor.h"

namespace quadrant {

class AdamW {
 public:
  // Parameters must require gradients and keep their storage. betas 0.9, 0.999; eps 1e-8.
  AdamW(std::vector<NamedTensor> parameters, double weight_decay);
  void zero_grad();
  double clip_gradients(double max_norm);  // returns the norm before; 0 = only measure
  void step(double learning_rate);

  // The whole state as named tensors: "NAME.exp_avg", "NAME.exp_avg_sq", and the parameters.
  std::vector<std::pair<std::string, Tensor>> state() const;
  void set_steps_done(int steps);  // after a checkpoint's tensors were copied into state()

 private:
  std::vector<NamedTensor> parameters_;
  std::vector<Tensor> values_, averages_, squares_, steps_;
  double weight_decay_;
};

// `step` counts from 0. With warm-up the first step's rate is 0, as in transformers.
double learning_rate_at(const TuningSpec& tuning, int step, int steps);

}  // namespace quadrant
