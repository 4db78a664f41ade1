#include "strategies/lm/layers/linear.h"

#include <torch/csrc/autograd/custom_function.h>

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
  const auto type = weight.scalar_type();
  return at::addmm(weight, lora.b.to(type), lora.a.to(type), /*beta=*/1, lora.scale);
}

// What DoRA multiplies each output by: its magnitude over the length of W + scale * B A, which
// counts as a constant in the gradient (DoRA, section 4.3; PEFT's tuners/lora/dora.py).
Tensor dora_factor(const Tensor& weight, const LoraBranch& lora) {
  Tensor length;
  {
    const at::NoGradGuard no_grad;
    length =
        at::linalg_vector_norm(added_weight(weight.to(at::kFloat), lora), 2, at::IntArrayRef{1});
  }
  return lora.magnitude / length;
}

// x W^T + scale (x A^T) B^T, W frozen. The products add to what is there, forward and backward:
// sums and multiples of [n, out] as operations of their own are a fifth of a training step.
class LoraProduct : public torch::autograd::Function<LoraProduct> {
 public:
  using Context = torch::autograd::AutogradContext;
  using Tensors = torch::autograd::variable_list;

  static Tensor forward(Context* context, const Tensor& x, const Tensor& weight, const Tensor& a,
                        const Tensor& b, double scale) {
    const at::NoGradGuard no_grad;
    const Tensor inner = at::linear(x, a);
    context->save_for_backward({x, weight, a, b, inner});
    context->saved_data["scale"] = scale;
    return product(x, weight).addmm_(inner, b.t(), /*beta=*/1, scale);
  }

  static Tensors backward(Context* context, const Tensors& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &a = saved[2], &b = saved[3];
    const Tensor &inner = saved[4], out = gradients[0].contiguous();
    const double scale = context->saved_data["scale"].toDouble();
    const Tensor inner_grad = at::mm(out, b).mul_(scale);
    Tensor x_grad;
    if (context->needs_input_grad(0)) x_grad = product_back(out, weight).addmm_(inner_grad, a);
    return {x_grad, Tensor(), at::mm(inner_grad.t(), x), at::mm(out.t(), inner).mul_(scale),
            Tensor()};
  }
};

// x W'^T for the weight W' that the branch makes of W.
Tensor with_branch(const Tensor& x, const Tensor& weight, const LoraBranch& lora) {
  const bool dora = lora.magnitude.defined();
  const Tensor factor = dora ? dora_factor(weight, lora).to(x.scalar_type()) : Tensor();
  if (lora.dropout == 0) {
    const Tensor y = LoraProduct::apply(x, weight, lora.a, lora.b, lora.scale);
    return dora ? y * factor : y;
  }
  const Tensor base = product(x, weight), input = at::dropout(x, lora.dropout, /*train=*/true);
  const Tensor branch = at::linear(at::linear(input, lora.a), lora.b);
  if (!dora) return base.add(branch, lora.scale);
  // As in PEFT dropout hits all that DoRA scales.
  return base + product(input, weight) * (factor - 1) + branch * factor * lora.scale;
}

}  // namespace

Tensor Linear::forward(const Tensor& x) const {
  const Tensor y = lora ? with_branch(x, weight, *lora) : product(x, weight);
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
