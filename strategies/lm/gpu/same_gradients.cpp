#include "strategies/lm/gpu/same_gradients.h"

#include <ATen/Context.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

namespace quadrant {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class Deterministic {
 public:
  Deterministic() { set(true); }
  ~Deterministic() { set(false); }
  Deterministic(const Deterministic&) = delete;
  Deterministic& operator=(const Deterministic&) = delete;

 private:
  static void set(bool on) { at::globalContext().setDeterministicAlgorithms(on, false); }
};

// A graph of its own inside the graph, which is walked back in deterministic mode.
struct SameGradients : torch::autograd::Function<SameGradients> {
  static Tensor forward(AutogradContext* context, const AttentionStep* attend, const Tensor& q,
                        const Tensor& k, const Tensor& v) {
    variable_list leaves;
    for (const Tensor& tensor : {q, k, v}) {
      leaves.push_back(tensor.detach().set_requires_grad(true));
    }
    const at::AutoGradMode with_grad(true);
    const Tensor out = (*attend)(leaves[0], leaves[1], leaves[2]);
    context->saved_data["leaves"] = leaves;
    context->saved_data["out"] = out;
    return out.detach();
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Deterministic mode;
    variable_list all =
        torch::autograd::grad({context->saved_data["out"].toTensor()},
                              context->saved_data["leaves"].toTensorVector(), {gradients[0]});
    context->saved_data.clear();
    all.insert(all.begin(), Tensor());  // of `attend`
    return all;
  }
};

}  // namespace

Tensor with_same_gradients(const Tensor& q, const Tensor& k, const Tensor& v,
                           const AttentionStep& attend) {
  const bool asked =
      at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
  return asked ? SameGradients::apply(&attend, q, k, v) : attend(q, k, v);
}

}  // namespace quadrant
