#include "strategies/lm/layers/product.h"

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>

#include "strategies/lm/layers/few_rows.h"

namespace quadrant {
namespace {

constexpr std::int64_t kFewRows = 32;
// From here on what oneDNN gains is more than its laying out anew of a weight that is not packed.
constexpr std::int64_t kManyRows = 128;

bool has_few_rows_product() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
}

bool is_plain(const Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; }

bool suits(const Tensor& x, const Tensor& weight) {
  return is_plain(x) && is_plain(weight) && weight.is_contiguous() && x.size(0) > 0;
}

bool asks_for_gradient(const Tensor& x, const Tensor& weight) {
  return at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad());
}

// aten/src/ATen/native/mkldnn/Linear.cpp, mkldnn_linear_pointwise; `after`: "none", "gelu".
Tensor by_onednn(const Tensor& x, const Tensor& weight, const Tensor& bias, const char* after) {
  using Signature =
      Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, c10::string_view,
             c10::List<std::optional<at::Scalar>>, std::optional<c10::string_view>);
  static const auto linear = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
                                 .typed<Signature>();
  return linear.call(x.contiguous(), weight, bias.defined() ? std::optional(bias) : std::nullopt,
                     after, c10::List<std::optional<at::Scalar>>(), /*algorithm=*/"none");
}

Tensor few_rows(const Tensor& x, const Tensor& weight) {
  const std::int64_t rows = x.size(0), width = x.size(1), outputs = weight.size(0);
  const Tensor in = x.contiguous();
  Tensor out = at::empty({rows, outputs}, in.options());
  const auto* from = in.const_data_ptr<float>();
  const auto* w = weight.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<float>();
  const std::int64_t grain = kValuesATask / width + 1;
  at::parallel_for(0, outputs, grain, [&](std::int64_t begin, std::int64_t end) {
    few_rows_product(from, rows, w + begin * width, end - begin, width, to + begin, outputs);
  });
  return out;
}

// x W^T where somebody asks how it came about.
class TrainedProduct : public torch::autograd::Function<TrainedProduct> {
 public:
  using Context = torch::autograd::AutogradContext;
  using Tensors = torch::autograd::variable_list;

  static Tensor forward(Context* context, const Tensor& x, const Tensor& weight) {
    const at::NoGradGuard no_grad;
    context->save_for_backward({weight.requires_grad() ? x : Tensor(), weight});
    return by_onednn(x, weight, {}, "none");
  }

  static Tensors backward(Context* context, const Tensors& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &out = gradients[0];
    return {context->needs_input_grad(0) ? product_back(out, weight) : Tensor(),
            context->needs_input_grad(1) ? at::mm(out.t(), x) : Tensor()};
  }
};

}  // namespace

Tensor product(const Tensor& x, const Tensor& weight) {
  if (!suits(x, weight)) return at::linear(x, weight);
  const bool many = x.size(0) >= kManyRows;
  if (asks_for_gradient(x, weight)) {
    return many ? TrainedProduct::apply(x, weight) : at::linear(x, weight);
  }
  if (x.size(0) <= kFewRows && has_few_rows_product()) return few_rows(x, weight);
  return many ? by_onednn(x, weight, {}, "none") : at::linear(x, weight);
}

Tensor product_back(const Tensor& y, const Tensor& weight) {
  const bool many = suits(y, weight) && y.size(0) >= kManyRows;
  return many ? by_onednn(y, weight.t(), {}, "none") : at::mm(y, weight);
}

Tensor packed(const Tensor& weight) {
  constexpr std::int64_t kLikelyRows = 2048;
  if (!is_plain(weight)) return weight;
  static const auto pack =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_reorder_linear_weight", "");
  torch::jit::Stack stack{weight, kLikelyRows};
  pack.callBoxed(&stack);
  return stack.front().toTensor();
}

Tensor affine(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return weight.is_mkldnn() ? by_onednn(x, weight, bias, "none") : at::linear(x, weight, bias);
}

Tensor affine_gelu(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return weight.is_mkldnn() ? by_onednn(x, weight, bias, "gelu")
                            : at::gelu(at::linear(x, weight, bias));
}

}  // namespace quadrant
