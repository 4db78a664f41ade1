// A linear layer with an optional bias and an optional LoRA branch (Hu et al. 2021, arXiv
// 2106.09685; rsLoRA: Kalajdzievski 2023, 2312.03732; DoRA: Liu et al. 2024, 2402.09353), and
// several of them over one input as one product.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

struct LoraBranch {
  Tensor a;            // [rank, in]
  Tensor b;            // [out, rank]
  Tensor magnitude;    // [out], the length of each row of the merged weight; undefined: no DoRA
  double scale = 1;    // alpha / rank, or with rsLoRA alpha / sqrt(rank)
  double dropout = 0;  // on the branch's input, while training
};

struct Linear {
  std::string name;  // module name, "model.layers.0.mlp.up_proj"
  Tensor weight;     // [out, in]
  Tensor bias;       // [out]; undefined: none
  std::optional<LoraBranch> lora;

  Tensor forward(const Tensor& x) const;  // [n, in] -> [n, out]
};

// The weight with the branch folded in: W + scale * B A, with DoRA its rows of length `magnitude`.
Tensor merged_weight(const Tensor& weight, const LoraBranch& lora);

// Lays the weights end to end in one piece of memory; each becomes a view of its part.
void join(std::span<Linear* const> layers);

// Each layer's output for the same input. Weights that lie as join() left them, and have no
// branches, take one product instead of several: most of the cost of a single token is starting
// products.
std::vector<Tensor> forward_all(std::span<const Linear* const> layers, const Tensor& x);

}  // namespace quadrant
