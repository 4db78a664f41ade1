// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) over lists of tensors, in fused passes, and
// the learning-rate schedules of transformers (src/transformers/optimization.py).
#pragma once

#include <string>
#include <vector>

#include "harness/core/specs.h"
#include "strategies/lm/layers/tensor.h"
#include "strategies/lm/weights/safetensors.h"
#include "strategies/tuning/shares.h"

namespace quadrant {

class AdamW {
 public:
  // Parameters must require gradients and keep their storage. Of those in bfloat16 a copy in
  // float32 is what takes the steps; the parameter is that copy, rounded. betas 0.9, 0.999; eps
  // 1e-8. Of `tuning`: weight_decay, which leaves norms and biases alone as transformers' Trainer
  // does (get_decay_parameter_names), and loraplus_lr_ratio (Hayou et al. 2024, arXiv 2402.12354),
  // which hits what PEFT's create_loraplus_optimizer gives it to: B, and vectors such as
  // magnitudes. Of several ranks, all of which have the same parameters, each holds the state of
  // its share.
  AdamW(std::vector<NamedTensor> parameters, const TuningSpec& tuning, Ranks& ranks);
  // All ranks call these, one after the other, for each step.
  void zero_grad();
  // Takes the gradients from the parameters and sums them over the ranks, in float32; a rank need
  // not have any.
  void sum_gradients();
  double clip_gradients(double max_norm);  // returns the norm before; 0 = only measure
  void step(double learning_rate);

  // The whole state, of all ranks: parameters, "NAME.exp_avg", "NAME.exp_avg_sq". It does not know
  // how many ranks there are. All ranks call these.
  std::vector<TensorSpec> state() const;
  Tensor state_tensor(std::size_t index) const;
  void set_state_tensor(std::size_t index, const Tensor& tensor);
  void set_steps_done(int steps);  // after all tensors were set

 private:
  struct Group {  // what takes one fused pass
    double rate_ratio = 1, weight_decay = 0;
    std::vector<std::size_t> members;  // index into parameters_
    std::vector<Tensor> values, averages, squares, steps;
  };
  Group& group_for(const NamedTensor& parameter, const TuningSpec& tuning);
  void publish();  // the parameters become their values

  std::vector<NamedTensor> parameters_;
  std::vector<Tensor> values_;  // float32, in the order of parameters_
  Shares shares_;
  std::vector<Tensor> gradients_, averages_, squares_;  // of this rank's share
  std::vector<Group> groups_;
};

// `step` counts from 0. With warm-up the first step's rate is 0, as in transformers.
// warmup_stable_decay: constant but for the last tenth of the steps, which falls to 0 along half a
// cosine (Hu et al. 2024, arXiv 2404.06395, found a tenth enough; get_wsd_schedule's defaults).
double learning_rate_at(const TuningSpec& tuning, int step, int steps);

}  // namespace quadrant
