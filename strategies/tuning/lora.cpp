#include "strategies/tuning/lora.h"

#include <algorithm>
#include <cmath>

#include "harness/core/error.h"
#include "harness/core/rng.h"

namespace quadrant {
namespace {

Tensor uniform_start(std::int64_t rank, std::int64_t in, Rng rng) {
  Tensor a = at::empty({rank, in}, at::kFloat);
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  float* values = a.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    values[i] = static_cast<float>((2 * rng.uniform() - 1) * bound);
  }
  return a;
}

bool is_target(const Linear& linear, const TuningSpec& tuning) {
  const auto& targets = tuning.target_modules;
  return targets.empty() ||
         std::find(targets.begin(), targets.end(), leaf_name(linear.name)) != targets.end();
}

}  // namespace

std::string leaf_name(const std::string& module) { return module.substr(module.rfind('.') + 1); }

double lora_scale(double alpha, std::int64_t rank, bool rslora) {
  const auto size = static_cast<double>(rank);
  return alpha / (rslora ? std::sqrt(size) : size);
}

void attach_lora(Decoder& decoder, const TuningSpec& tuning, std::uint64_t seed) {
  for (Linear* linear : decoder.linears()) {
    if (!is_target(*linear, tuning)) continue;
    const Tensor& weight = linear->weight;
    LoraBranch branch;
    branch.a = uniform_start(tuning.rank, weight.size(1), Rng(seed, "lora:" + linear->name))
                   .to(weight.options())
                   .set_requires_grad(true);
    branch.b = at::zeros({weight.size(0), tuning.rank}, weight.options()).set_requires_grad(true);
    if (tuning.use_dora) {
      branch.magnitude = at::linalg_vector_norm(weight.to(at::kFloat), 2, at::IntArrayRef{1})
                             .set_requires_grad(true);
    }
    branch.scale = lora_scale(tuning.alpha, tuning.rank, tuning.use_rslora);
    branch.dropout = tuning.dropout;
    linear->lora = std::move(branch);
  }
}

void detach_lora(Decoder& decoder) {
  for (Linear* linear : decoder.linears()) linear->lora.reset();
}

void merge_lora(Decoder& decoder) {
  const at::NoGradGuard no_grad;
  for (Linear* linear : decoder.linears()) {
    if (!linear->lora) continue;
    const Tensor& weight = linear->weight;
    // Adapters are fp32, and rounded once.
    linear->weight = merged_weight(weight.to(at::kFloat), *linear->lora).to(weight.scalar_type());
    linear->lora.reset();
  }
}

std::vector<NamedTensor> lora_parameters(Decoder& decoder) {
  std::vector<NamedTensor> parameters;
  for (Linear* linear : decoder.linears()) {
    if (!linear->lora) continue;
    LoraBranch& branch = *linear->lora;
    const std::string module = kPeftPrefix + linear->name;
    parameters.push_back({module + kLoraA, &branch.a});
    parameters.push_back({module + kLoraB, &branch.b});
    if (branch.magnitude.defined()) {
      parameters.push_back({module + kMagnitude, &branch.magnitude});
    }
  }
  return parameters;
}

}  // namespace quadrant
