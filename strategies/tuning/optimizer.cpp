#include "strategies/tuning/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "harness/core/error.h"

namespace quadrant {

AdamW::AdamW(std::vector<NamedTensor> parameters, double weight_decay)
    : parameters_(std::move(parameters)), weight_decay_(weight_decay) {
  for (const NamedTensor& parameter : parameters_) {
    const Tensor& value = *parameter.tensor;
    values_.push_back(value);
    averages_.push_back(at::zeros_like(value));
    squares_.push_back(at::zeros_like(value));
    steps_.push_back(at::zeros({}, at::TensorOptions(at::kFloat).device(value.device())));
  }
}

void AdamW::zero_grad() {
  for (Tensor& value : values_) value.mutable_grad() = Tensor();
}

double AdamW::clip_gradients(double max_norm) {
  const at::NoGradGuard no_grad;
  std::vector<Tensor> gradients;
  for (const Tensor& value : values_) gradients.push_back(value.grad());
  const double norm =
      at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients))).item<double>();
  // 1e-6 as torch.nn.utils.clip_grad_norm_ has it.
  if (max_norm > 0 && norm > max_norm) at::_foreach_mul_(gradients, max_norm / (norm + 1e-6));
  return norm;
}

void AdamW::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  std::vector<Tensor> gradients;
  for (const Tensor& value : values_) gradients.push_back(value.grad());
  at::_foreach_add_(steps_, 1);
  at::_fused_adamw_(values_, gradients, averages_, squares_, /*max_exp_avg_sqs=*/{}, steps_,
                    learning_rate, /*beta1=*/0.9, /*beta2=*/0.999, weight_decay_, /*eps=*/1e-8,
                    /*amsgrad=*/false, /*maximize=*/false);
}

std::vector<std::pair<std::string, Tensor>> AdamW::state() const {
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    tensors.emplace_back(parameters_[i].name, values_[i]);
    tensors.emplace_back(parameters_[i].name + ".exp_avg", averages_[i]);
    tensors.emplace_back(parameters_[i].name + ".exp_avg_sq", squares_[i]);
  }
  return tensors;
}

void AdamW::set_steps_done(int steps) {
  for (Tensor& count : steps_) count.fill_(steps);
}

double learning_rate_at(const TuningSpec& tuning, int step, int steps) {
  const int warmup = static_cast<int>(std::ceil(tuning.warmup_ratio * steps));
  if (step < warmup) return tuning.learning_rate * step / warmup;
  const double done = steps > warmup ? double(step - warmup) / (steps - warmup) : 0.0;
  if (tuning.lr_scheduler_type == "constant") return tuning.learning_rate;
  if (tuning.lr_scheduler_type == "linear") return tuning.learning_rate * (1 - done);
  QUADRANT_CHECK(tuning.lr_scheduler_type == "cosine");
  return tuning.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

}  // namespace quadrant
