#include "strategies/lm/layers/linear.h"

#include "strategies/lm/layers/product.h"

namespace quadrant {
namespace {

// All weights as one, when they follow one another in memory and none of them is being trained;
// undefined otherwise.
Tensor joined_weight(std::span<const Linear* const> layers) {
  const Tensor& first = layers.front()->weight;
  std::int64_t rows = 0;
  for (const Linear* layer : layers) {
    const Tensor& weight = layer->weight;
    const bool follows = weight.is_alias_of(first) && weight.is_contiguous() &&
                         weight.storage_offset() == first.storage_offset() + rows * first.size(1);
    if (!follows || layer->lora || weight.requires_grad()) return {};
    rows += weight.size(0);
  }
  return first.as_strided({rows, first.size(1)}, {first.size(1), 1});
}

Tensor added_weight(const Tensor& weight, const LoraBranch& lora) {
  return at::addmm(weight, lora.b, lora.a, /*beta=*/1, lora.scale);
}

// What DoRA multiplies each output by: its magnitude over the length of W + scale * B A, which
// counts as a constant in the gradient (DoRA, section 4.3; PEFT's tuners/lora/dora.py).
Tensor dora_factor(const Tensor& weight, const LoraBranch& lora) {
  Tensor length;
  {
    const at::NoGradGuard no_grad;
    length = at::linalg_vector_norm(added_weight(weight, lora), 2, at::IntArrayRef{1});
  }
  return lora.magnitude / length;
}

// x W' for the weight W' that the branch makes of W; `base` is x W. As in PEFT dropout hits all
// that DoRA scales.
Tensor with_branch(const Tensor& x, const Tensor& base, const Tensor& weight,
                   const LoraBranch& lora) {
  const bool drops = lora.dropout > 0, dora = lora.magnitude.defined();
  const Tensor input = drops ? at::dropout(x, lora.dropout, /*train=*/true) : x;
  const Tensor branch = at::linear(at::linear(input, lora.a), lora.b);
  if (!dora) return base.add(branch, lora.scale);
  const Tensor factor = dora_factor(weight, lora);
  if (!drops) return base.add(branch, lora.scale) * factor;
  return base + product(input, weight) * (factor - 1) + branch * factor * lora.scale;
}

}  // namespace

Tensor Linear::forward(const Tensor& x) const {
  Tensor y = product(x, weight);
  if (lora) y = with_branch(x, y, weight, *lora);
  return bias.defined() ? y + bias : y;
}

Tensor merged_weight(const Tensor& weight, const LoraBranch& lora) {
  const Tensor added = added_weight(weight, lora);
  return lora.magnitude.defined() ? added * dora_factor(weight, lora).unsqueeze(1) : added;
}

void join(std::span<Linear* const> layers) {
  std::vector<Tensor> weights;
  for (const Linear* layer : layers) weights.push_back(layer->weight);
  const Tensor whole = at::cat(weights);
  std::int64_t row = 0;
  for (Linear* layer : layers) {
    const std::int64_t rows = layer->weight.size(0);
    layer->weight = whole.narrow(0, row, rows);
    row += rows;
  }
}

std::vector<Tensor> forward_all(std::span<const Linear* const> layers, const Tensor& x) {
  std::vector<Tensor> outputs;
  outputs.reserve(layers.size());
  const Tensor weight = joined_weight(layers);
  if (!weight.defined()) {
    for (const Linear* layer : layers) outputs.push_back(layer->forward(x));
    return outputs;
  }
  const Tensor all = product(x, weight);
  std::int64_t column = 0;
  for (const Linear* layer : layers) {
    const Tensor part = all.narrow(1, column, layer->weight.size(0));
    outputs.push_back(layer->bias.defined() ? part + layer->bias : part);
    column += layer->weight.size(0);
  }
  return outputs;
}

}  // namespace quadrant
