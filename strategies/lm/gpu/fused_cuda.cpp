#include "strategies/lm/gpu/fused.h"

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "harness/core/error.h"
#include "strategies/lm/gpu/kernels.h"

namespace quadrant {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kMostParts = 256;  // of the sum over rows behind a norm weight's gradient

kernels::Element element(const Tensor& x) {
  return x.scalar_type() == at::kFloat ? kernels::Element::kFloat : kernels::Element::kBFloat16;
}

cudaStream_t stream() { return c10::cuda::getCurrentCUDAStream(); }

const float* floats(const Tensor& x) { return x.const_data_ptr<float>(); }
float* floats_of(const Tensor& x) { return x.mutable_data_ptr<float>(); }

Tensor like_floats(const Tensor& x, at::IntArrayRef sizes) {
  return at::empty(sizes, x.options().dtype(at::kFloat));
}

// ---- norm

struct Norm : torch::autograd::Function<Norm> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        double eps) {
    const at::NoGradGuard no_grad;
    const Tensor in = x.contiguous();
    auto [out, scales] = compute(in, weight, eps);
    context->save_for_backward({in, weight, scales});
    return out;
  }

  static std::pair<Tensor, Tensor> compute(const Tensor& in, const Tensor& weight, double eps) {
    const std::int64_t width = weight.size(0), rows = in.numel() / width;
    Tensor out = at::empty_like(in), scales = like_floats(in, {rows});
    if (rows == 0) return {out, scales};
    kernels::norm(element(in), in.const_data_ptr(), floats(weight), out.mutable_data_ptr(),
                  floats_of(scales), rows, width, static_cast<float>(eps), stream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return {out, scales};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &in = saved[0], &weight = saved[1], &scales = saved[2];
    const Tensor out_grad = gradients[0].contiguous();
    const std::int64_t width = weight.size(0), rows = in.numel() / width;
    const std::int64_t parts = std::min(rows, kMostParts);
    const bool learn_weight = context->needs_input_grad(1);
    const Tensor in_grad = at::empty_like(in);
    const Tensor weight_parts = learn_weight ? like_floats(in, {parts, width}) : Tensor();
    kernels::norm_back(element(in), out_grad.const_data_ptr(), in.const_data_ptr(), floats(weight),
                       floats(scales), in_grad.mutable_data_ptr(),
                       learn_weight ? floats_of(weight_parts) : nullptr, parts, rows, width,
                       stream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return {in_grad, learn_weight ? weight_parts.sum(0) : Tensor(), Tensor()};
  }
};

// ---- rotation

Tensor turned(const Tensor& x, const Tensor& cosine, const Tensor& sine, float direction) {
  const Tensor in = x.stride(2) == 1 ? x : x.contiguous();
  const std::int64_t rows = in.size(0), heads = in.size(1), dim = in.size(2);
  Tensor out = at::empty({rows, heads, dim}, in.options());
  if (rows == 0) return out;
  kernels::rotate(element(in), in.const_data_ptr(), in.stride(0), in.stride(1), floats(cosine),
                  floats(sine), direction, out.mutable_data_ptr(), rows, heads, dim, stream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return out;
}

struct Turn : torch::autograd::Function<Turn> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& cosine,
                        const Tensor& sine) {
    context->save_for_backward({cosine, sine});
    return turned(x, cosine, sine, 1);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {turned(gradients[0], saved[0], saved[1], -1), Tensor(), Tensor()};
  }
};

// ---- gate

kernels::Gate kind_of(Fused act) {
  QUADRANT_CHECK(act == Fused::kSiluGate || act == Fused::kGeluGate);
  return act == Fused::kSiluGate ? kernels::Gate::kSilu : kernels::Gate::kGeluTanh;
}

Tensor with_rows(const Tensor& x) { return x.stride(1) == 1 ? x : x.contiguous(); }

Tensor gated(const Tensor& gate, const Tensor& up, Fused act) {
  Tensor out = at::empty(gate.sizes(), gate.options());
  if (out.numel() == 0) return out;
  kernels::gate(element(gate), kind_of(act), gate.const_data_ptr(), gate.stride(0),
                up.const_data_ptr(), up.stride(0), out.mutable_data_ptr(), gate.size(0),
                gate.size(1), stream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return out;
}

struct Gated : torch::autograd::Function<Gated> {
  static Tensor forward(AutogradContext* context, const Tensor& gate, const Tensor& up,
                        std::int64_t act) {
    context->save_for_backward({gate, up});
    context->saved_data["act"] = act;
    return gated(gate, up, static_cast<Fused>(act));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &gate = saved[0], &up = saved[1], out_grad = gradients[0].contiguous();
    const Fused act = static_cast<Fused>(context->saved_data["act"].toInt());
    const Tensor gate_grad = at::empty(gate.sizes(), gate.options());
    const Tensor up_grad = at::empty(up.sizes(), up.options());
    kernels::gate_back(element(gate), kind_of(act), out_grad.const_data_ptr(),
                       gate.const_data_ptr(), gate.stride(0), up.const_data_ptr(), up.stride(0),
                       gate_grad.mutable_data_ptr(), up_grad.mutable_data_ptr(), gate.size(0),
                       gate.size(1), stream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return {gate_grad, up_grad, Tensor()};
  }
};

// ---- gather

struct GatherRows : torch::autograd::Function<GatherRows> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& rows,
                        const Tensor& begins, const Tensor& places) {
    context->save_for_backward({begins, places});
    return x.index_select(0, rows);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &begins = saved[0], &places = saved[1], rows = gradients[0].contiguous();
    const std::int64_t count = begins.size(0) - 1, width = rows.size(1);
    const Tensor sums = at::empty({count, width}, rows.options());
    kernels::sum_rows(element(rows), rows.const_data_ptr(), begins.const_data_ptr<std::int32_t>(),
                      places.const_data_ptr<std::int32_t>(), sums.mutable_data_ptr(), count, width,
                      stream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return {sums, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor fused_norm(const Tensor& x, const Tensor& weight, double eps) {
  return at::GradMode::is_enabled() ? Norm::apply(x, weight, eps)
                                    : Norm::compute(x.contiguous(), weight, eps).first;
}

Tensor fused_rotation(const Tensor& x, const Tensor& cosine, const Tensor& sine) {
  return at::GradMode::is_enabled() ? Turn::apply(x, cosine, sine) : turned(x, cosine, sine, 1);
}

Tensor fused_gate(Fused act, const Tensor& gate, const Tensor& up) {
  const Tensor a = with_rows(gate), b = with_rows(up);
  return at::GradMode::is_enabled() ? Gated::apply(a, b, static_cast<std::int64_t>(act))
                                    : gated(a, b, act);
}

Tensor fused_gather(const Tensor& x, const Gather& from) {
  return GatherRows::apply(x, from.rows, from.begins, from.places);
}

Tensor fused_cross_entropy(Tensor& logits, const Tensor& targets, const Tensor& weights) {
  QUADRANT_CHECK(logits.is_contiguous());
  Tensor losses = like_floats(logits, {logits.size(0)});
  if (logits.size(0) == 0) return losses;
  kernels::cross_entropy(element(logits), logits.mutable_data_ptr(),
                         targets.const_data_ptr<std::int64_t>(), floats(weights), floats_of(losses),
                         logits.size(0), logits.size(1), stream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return losses;
}

}  // namespace quadrant
