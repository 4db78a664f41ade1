// A linear layer without bias, with an optional LoRA branch (Hu et al. 2021, arXiv 2106.09685).
#pragma once

#include <optional>
#include <string>

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

struct LoraBranch {
  Tensor a;            // [rank, in]
  Tensor b;            // [out, rank]
  double scale = 1;    // alpha / rank
  double dropout = 0;  // on the branch's input, while training
};

struct Linear {
  std::string name;  // module name, "model.layers.0.mlp.up_proj"
  Tensor weight;     // [out, in]
  std::optional<LoraBranch> lora;

  Tensor forward(const Tensor& x) const;  // [n, in] -> [n, out]
};

// The weight with the branch folded in: W + scale * B A.
Tensor merged_weight(const Tensor& weight, const LoraBranch& lora);

}  // namespace quadrant
