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

}  // namespace

Tensor Linear::forward(const Tensor& x) const {
  Tensor y = product(x, weight);
  if (bias.defined()) y = y + bias;
  if (lora) {
    const Tensor input = lora->dropout > 0 ? at::dropout(x, lora->dropout, /*train=*/true) : x;
    y = y.add(at::linear(at::linear(input, lora->a), lora->b), lora->scale);
  }
  return y;
}

Tensor merged_weight(const Tensor& weight, const LoraBranch& lora) {
  return at::addmm(weight, lora.b, lora.a, /*beta=*/1, lora.scale);
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
