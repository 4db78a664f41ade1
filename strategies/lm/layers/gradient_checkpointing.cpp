#include "strategies/lm/layers/gradient_checkpointing.h"

#include <ATen/Context.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>
#include <utility>

namespace quadrant {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The device's random numbers as they were, and at the end as they were found.
class RandomNumbers {
 public:
  static Tensor now(const at::Device& device) {
    at::Generator all = of(device);
    const std::lock_guard lock(all.mutex());
    return all.get_state();
  }

  RandomNumbers(const at::Device& device, const Tensor& then)
      : device_(device), found_(now(device)) {
    set(then);
  }
  ~RandomNumbers() { set(found_); }
  RandomNumbers(const RandomNumbers&) = delete;
  RandomNumbers& operator=(const RandomNumbers&) = delete;

 private:
  static at::Generator of(const at::Device& device) {
    return at::globalContext().defaultGenerator(device);
  }
  void set(const Tensor& state) {
    at::Generator all = of(device_);
    const std::lock_guard lock(all.mutex());
    all.set_state(state);
  }

  at::Device device_;
  Tensor found_;
};

// The input, of which gradients can be asked, and the output. The first time nobody will: but
// without a graph the layer would take shorter ways (takes_one_pass), which round otherwise.
std::pair<Tensor, Tensor> in_a_graph_of_its_own(const LayerStep& layer, const Tensor& x,
                                                bool wanted) {
  const at::AutoGradMode with_grad(true);
  const Tensor input = x.detach().set_requires_grad(wanted);
  return {input, layer(input)};
}

struct HeldLayer : torch::CustomClassHolder {
  explicit HeldLayer(LayerStep step) : step(std::move(step)) {}
  LayerStep step;
};

struct Checkpointed : torch::autograd::Function<Checkpointed> {
  // The first layer's input may be one that nobody wants a gradient of: `anchor` wants one, so that
  // backward() is called for the sake of the layer's own parameters.
  static Tensor forward(AutogradContext* context, const LayerStep* layer, const Tensor& x,
                        const Tensor& /*anchor*/) {
    context->save_for_backward({x});
    context->saved_data["layer"] = at::IValue::make_capsule(c10::make_intrusive<HeldLayer>(*layer));
    context->saved_data["random"] = RandomNumbers::now(x.device());
    return in_a_graph_of_its_own(*layer, x, x.requires_grad()).second.detach();
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Tensor x = context->get_saved_variables()[0];
    const auto held = context->saved_data["layer"].toCapsule();
    const bool wanted = context->needs_input_grad(0);
    const auto [input, out] = [&] {
      const RandomNumbers then(x.device(), context->saved_data["random"].toTensor());
      return in_a_graph_of_its_own(static_cast<const HeldLayer&>(*held).step, x, wanted);
    }();
    torch::autograd::backward({out}, {gradients[0]});
    return {Tensor(), input.grad(), Tensor()};
  }
};

}  // namespace

Tensor checkpointed(const Tensor& x, const LayerStep& layer) {
  if (!at::GradMode::is_enabled()) return layer(x);
  const Tensor anchor = at::empty({0}).set_requires_grad(true);
  return Checkpointed::apply(&layer, x, anchor);
}

}  // namespace quadrant
