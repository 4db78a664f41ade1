// The one place that includes torch for the engine (precompiled), and its small helpers.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

#include <cstdint>
#include <string>
#include <vector>

namespace quadrant {

using at::Tensor;

inline Tensor index_tensor(const std::vector<std::int64_t>& values, const at::Device& device) {
  return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).to(device);
}

inline Tensor id_tensor(const std::vector<std::int32_t>& ids, const at::Device& device) {
  return at::tensor(at::ArrayRef<std::int32_t>(ids), at::kInt).to(device, at::kLong);
}

// Small steps between the products are written out as one pass over memory where no gradient asks
// how they came about; each of torch's own operations costs some microseconds, and a token has
// thousands.
inline bool takes_one_pass(const Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat &&
         !(at::GradMode::is_enabled() && x.requires_grad());
}
inline constexpr std::int64_t kValuesATask = 16384;  // fewer are not worth a second thread

// A weight and its name in the Hugging Face layout ("model.layers.0.mlp.up_proj.weight").
struct NamedTensor {
  std::string name;
  Tensor* tensor;
  Tensor exact = {};  // what it was rounded from, where somebody asked for it
};

}  // namespace quadrant
