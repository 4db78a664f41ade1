#include "strategies/tuning/loss.h"

#include <algorithm>

#include <torch/csrc/autograd/custom_function.h>

#include "strategies/lm/layers/product.h"

namespace quadrant {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kBlockRows = 256;

class HeadCrossEntropy : public torch::autograd::Function<HeadCrossEntropy> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& hidden, const Tensor& head,
                        const Tensor& targets, const Tensor& weights) {
    const at::NoGradGuard no_grad;
    const bool learn_head = head.requires_grad();
    Tensor loss = at::zeros({}, hidden.options());
    Tensor hidden_grad = at::empty_like(hidden);
    Tensor head_grad = learn_head ? at::zeros_like(head) : Tensor();
    for (std::int64_t begin = 0; begin < hidden.size(0); begin += kBlockRows) {
      const std::int64_t end = std::min(begin + kBlockRows, hidden.size(0));
      const Tensor rows = hidden.slice(0, begin, end);
      const Tensor target = targets.slice(0, begin, end).unsqueeze(1);
      const Tensor weight = weights.slice(0, begin, end).unsqueeze(1);
      Tensor logits = product(rows, head);
      const Tensor log_total = logits.logsumexp(1, /*keepdim=*/true);
      loss.add_(((log_total - logits.gather(1, target)) * weight).sum());
      // d loss / d logits = weight * (softmax - one-hot), written over the logits.
      logits.sub_(log_total).exp_().mul_(weight).scatter_add_(1, target, weight.neg());
      hidden_grad.slice(0, begin, end).copy_(product_back(logits, head));
      if (learn_head) head_grad.addmm_(logits.t(), rows);
    }
    context->save_for_backward({hidden_grad, head_grad});
    return loss;
  }

  static variable_list backward(AutogradContext* context, variable_list output_grads) {
    const auto saved = context->get_saved_variables();
    const Tensor& scale = output_grads[0];
    return {saved[0] * scale, saved[1].defined() ? saved[1] * scale : Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor head_cross_entropy(const Tensor& hidden, const Tensor& head, const Tensor& targets,
                          const Tensor& weights) {
  return HeadCrossEntropy::apply(hidden, head, targets, weights);
}

}  // namespace quadrant
