#include "strategies/tuning/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr double kDecayShare = 0.1;  // of the steps of warmup_stable_decay

bool is_decayed(const std::string& name) {
  return name.find("norm") == std::string::npos && !name.ends_with(".bias");
}

// The tensors themselves where they are float32. Else copies, since a step is smaller than the
// rounding of a weight in bfloat16; of the exact value, or no weight would move before the steps
// come to half a rounding.
std::vector<Tensor> float_values(const std::vector<NamedTensor>& parameters) {
  std::vector<Tensor> tensors;
  for (const auto& [name, tensor, exact] : parameters) {
    const bool is_float = tensor->scalar_type() == at::kFloat;
    const Tensor from = exact.defined() ? exact : tensor->detach();
    tensors.push_back(is_float ? *tensor : from.to(tensor->options().dtype(at::kFloat)));
  }
  return tensors;
}

// What state() lists of each parameter.
constexpr const char* kStateSuffixes[] = {"", ".exp_avg", ".exp_avg_sq"};
constexpr std::size_t kStates = std::size(kStateSuffixes);

}  // namespace

AdamW::AdamW(std::vector<NamedTensor> parameters, const TuningSpec& tuning, Ranks& ranks)
    : parameters_(std::move(parameters)),
      values_(float_values(parameters_)),
      shares_(values_, ranks) {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor value = shares_.mine(i, values_[i].detach());
    averages_.push_back(at::zeros_like(value));
    squares_.push_back(at::zeros_like(value));
    if (value.numel() == 0) continue;
    Group& group = group_for(parameters_[i], tuning);
    group.members.push_back(i);
    group.values.push_back(value);
    group.averages.push_back(averages_.back());
    group.squares.push_back(squares_.back());
    group.steps.push_back(at::zeros({}, at::TensorOptions(at::kFloat).device(value.device())));
  }
}

AdamW::Group& AdamW::group_for(const NamedTensor& parameter, const TuningSpec& tuning) {
  const bool faster = parameter.name.find(".lora_") != std::string::npos &&
                      (parameter.name.ends_with(".lora_B.weight") || parameter.tensor->dim() == 1);
  const double ratio = faster ? tuning.loraplus_lr_ratio : 1;
  const double decay = is_decayed(parameter.name) ? tuning.weight_decay : 0;
  for (Group& group : groups_) {
    if (group.rate_ratio == ratio && group.weight_decay == decay) return group;
  }
  groups_.push_back({ratio, decay, {}, {}, {}, {}, {}});
  return groups_.back();
}

void AdamW::zero_grad() {
  for (NamedTensor& parameter : parameters_) parameter.tensor->mutable_grad() = Tensor();
  gradients_.clear();
}

void AdamW::sum_gradients() {
  const at::NoGradGuard no_grad;
  std::vector<Tensor> whole, halves, floats;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& gradient = parameters_[i].tensor->grad();
    if (!gradient.defined()) {
      whole.push_back(at::zeros_like(values_[i]));
    } else if (gradient.scalar_type() == at::kFloat) {
      whole.push_back(gradient.contiguous());
    } else {
      whole.push_back(at::empty_like(values_[i]));
      halves.push_back(gradient);
      floats.push_back(whole.back());
    }
  }
  if (!halves.empty()) at::_foreach_copy_(floats, halves);
  zero_grad();
  shares_.sum(whole);
  for (std::size_t i = 0; i < whole.size(); ++i) gradients_.push_back(shares_.mine(i, whole[i]));
}

double AdamW::clip_gradients(double max_norm) {
  const at::NoGradGuard no_grad;
  std::vector<Tensor> gradients = gradients_;
  std::erase_if(gradients, [](const Tensor& gradient) { return gradient.numel() == 0; });
  double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients))).item<double>();
  Ranks& ranks = shares_.ranks();
  if (ranks.size() > 1) norm = std::sqrt(ranks.sum(norm * norm));
  // 1e-6 as torch.nn.utils.clip_grad_norm_ has it.
  if (max_norm > 0 && norm > max_norm) at::_foreach_mul_(gradients, max_norm / (norm + 1e-6));
  return norm;
}

void AdamW::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (Group& group : groups_) {
    std::vector<Tensor> gradients;
    for (const std::size_t i : group.members) gradients.push_back(gradients_[i]);
    at::_foreach_add_(group.steps, 1);
    at::_fused_adamw_(group.values, gradients, group.averages, group.squares,
                      /*max_exp_avg_sqs=*/{}, group.steps, learning_rate * group.rate_ratio,
                      /*beta1=*/0.9, /*beta2=*/0.999, group.weight_decay, /*eps=*/1e-8,
                      /*amsgrad=*/false, /*maximize=*/false);
  }
  shares_.collect(values_);
  publish();
}

void AdamW::publish() {
  std::vector<Tensor> weights, values;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].is_same(*parameters_[i].tensor)) continue;
    weights.push_back(*parameters_[i].tensor);
    values.push_back(values_[i]);
  }
  if (!weights.empty()) at::_foreach_copy_(weights, values);
}

std::vector<TensorSpec> AdamW::state() const {
  std::vector<TensorSpec> tensors;
  for (const NamedTensor& parameter : parameters_) {
    for (const char* suffix : kStateSuffixes) {
      tensors.push_back({parameter.name + suffix, parameter.tensor->sizes().vec()});
    }
  }
  return tensors;
}

Tensor AdamW::state_tensor(std::size_t index) const {
  const std::size_t i = index / kStates, kind = index % kStates;
  if (kind == 0) return values_[i].detach();
  return shares_.whole(i, kind == 1 ? averages_[i] : squares_[i]);
}

void AdamW::set_state_tensor(std::size_t index, const Tensor& tensor) {
  const at::NoGradGuard no_grad;
  const std::size_t i = index / kStates, kind = index % kStates;
  if (kind == 0) {
    values_[i].copy_(tensor);
  } else {
    (kind == 1 ? averages_[i] : squares_[i]).copy_(shares_.mine(i, tensor));
  }
}

void AdamW::set_steps_done(int steps) {
  const at::NoGradGuard no_grad;
  for (Group& group : groups_) {
    for (Tensor& count : group.steps) count.fill_(steps);
  }
  publish();
}

double learning_rate_at(const TuningSpec& tuning, int step, int steps) {
  const int warmup = static_cast<int>(std::ceil(tuning.warmup_ratio * steps));
  if (step < warmup) return tuning.learning_rate * step / warmup;
  const auto done_since = [&](int begin) {
    return steps > begin ? double(step - begin) / (steps - begin) : 0.0;
  };
  const auto half_cosine = [](double done) {
    return 0.5 * (1 + std::cos(std::numbers::pi * done));
  };
  if (tuning.lr_scheduler_type == "constant") return tuning.learning_rate;
  if (tuning.lr_scheduler_type == "warmup_stable_decay") {
    const int decay = std::max(warmup, steps - static_cast<int>(std::ceil(kDecayShare * steps)));
    return tuning.learning_rate * (step < decay ? 1 : half_cosine(done_since(decay)));
  }
  const double done = done_since(warmup);
  if (tuning.lr_scheduler_type == "linear") return tuning.learning_rate * (1 - done);
  QUADRANT_CHECK(tuning.lr_scheduler_type == "cosine");
  return tuning.learning_rate * half_cosine(done);
}

}  // namespace quadrant
