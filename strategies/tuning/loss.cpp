#include "strategies/tuning/loss.h"

#include <algorithm>

#include <torch/csrc/autograd/custom_function.h>

#include "strategies/lm/layers/cross_entropy.h"
#include "strategies/lm/layers/product.h"

namespace quadrant {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows whose logits are held at once. A GPU has the memory, and wants few large products.
std::int64_t rows_at_once(const Tensor& head) {
  constexpr std::int64_t kRows = 256, kValuesOnGpu = std::int64_t{1} << 29;
  return head.is_cuda() ? std::max(kRows, kValuesOnGpu / head.size(0)) : kRows;
}

class HeadCrossEntropy : public torch::autograd::Function<HeadCrossEntropy> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& hidden, const Tensor& head,
                        const Tensor& targets, const Tensor& weights) {
    const at::NoGradGuard no_grad;
    const bool learn_head = head.requires_grad();
    Tensor loss = at::zeros({}, weights.options());
    Tensor hidden_grad = at::empty_like(hidden);
    Tensor head_grad = learn_head ? at::zeros(head.sizes(), weights.options()) : Tensor();
    const std::int64_t at_once = rows_at_once(head);
    for (std::int64_t begin = 0; begin < hidden.size(0); begin += at_once) {
      const std::int64_t end = std::min(begin + at_once, hidden.size(0));
      const Tensor rows = hidden.slice(0, begin, end);
      Tensor logits = product(rows, head);
      loss.add_(
          cross_entropy_in_place(logits, targets.slice(0, begin, end), weights.slice(0, begin, end))
              .sum());
      hidden_grad.slice(0, begin, end).copy_(product_back(logits, head));
      if (learn_head) add_product(head_grad, logits, rows);
    }
    context->saved_data["hidden_grad"] = hidden_grad;
    if (learn_head) context->saved_data["head_grad"] = head_grad;
    return loss;
  }

  // sum += a^T b, in float32 whatever their type.
  static void add_product(Tensor& sum, const Tensor& a, const Tensor& b) {
    if (a.scalar_type() == at::kFloat) {
      sum.addmm_(a.t(), b);
    } else {
      sum.add_(at::mm(a.t(), b));
    }
  }

  // Hands the gradients over: a copy of the head's would be as large as the head.
  static variable_list backward(AutogradContext* context, const variable_list& output_grads) {
    const auto scaled = [&](const char* name) {
      const auto found = context->saved_data.find(name);
      if (found == context->saved_data.end()) return Tensor();
      const Tensor gradient = found->second.toTensor();
      context->saved_data.erase(found);
      return gradient.mul_(output_grads[0]);
    };
    return {scaled("hidden_grad"), scaled("head_grad"), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor head_cross_entropy(const Tensor& hidden, const Tensor& head, const Tensor& targets,
                          const Tensor& weights) {
  return HeadCrossEntropy::apply(hidden, head, targets, weights);
}

}  // namespace quadrant
