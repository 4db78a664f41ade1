// Rotary positions (Su et al. 2021, arXiv 2104.09864) in the half-split form of Hugging Face, and
// how they are stretched to longer contexts (transformers src/transformers/modeling_rope_utils.py).
#pragma once

#include <string>

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

struct RopeConfig {
  std::string type = "default";  // default | linear | llama3 | yarn
  double base = 10000;
  double factor = 1;            // how much longer the context became; all but default
  double original_context = 0;  // llama3, yarn: tokens
  double low_freq_factor = 1, high_freq_factor = 4;  // llama3
  double beta_fast = 32, beta_slow = 1;              // yarn: rotations at the ramp's two ends
  double attention_factor = 1;                       // yarn: on cosines and sines
  bool truncate = true;                              // yarn: the ramp's ends are whole dimensions
};

// [head_dim / 2] frequencies, fp32 as transformers computes them.
Tensor rope_frequencies(const RopeConfig& config, int head_dim, const at::Device& device);

// The cosines and sines of a batch of positions; each [n, 1, head_dim].
struct Rotation {
  Tensor cosine, sine;
};

// positions: [n], int64. `magnitude` is RopeConfig::attention_factor.
Rotation rotation(const Tensor& positions, const Tensor& frequencies, double magnitude);

// x: [n, heads, head_dim].
Tensor rotate(const Tensor& x, const Rotation& rotation);

}  // namespace quadrant
