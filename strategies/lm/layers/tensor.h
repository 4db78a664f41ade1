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

// A weight and its name in the Hugging Face layout ("model.layers.0.mlp.up_proj.weight").
struct NamedTensor {
  std::string name;
  Tensor* tensor;
};

}  // namespace quadrant
