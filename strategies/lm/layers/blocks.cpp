#include "strategies/lm/layers/blocks.h"

#include <ATen/Parallel.h>

#include "strategies/lm/gpu/fused.h"
#include "strategies/lm/layers/norm.h"
#include "strategies/lm/layers/row_math.h"

namespace quadrant {
namespace {

bool can_gate(const Tensor& x) { return takes_one_pass(x) && x.dim() == 2 && x.stride(1) == 1; }

using Gating = void (*)(const float* gate, const float* up, std::int64_t size, float* to);

Tensor gated_in_one_pass(const Tensor& gate, const Tensor& up, Gating times) {
  const std::int64_t rows = gate.size(0), width = gate.size(1);
  Tensor out = at::empty({rows, width}, gate.options());
  const auto* from = gate.const_data_ptr<float>();
  const auto* with = up.const_data_ptr<float>();
  auto* to = out.mutable_data_ptr<float>();
  at::parallel_for(0, rows, kValuesATask / width + 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      times(from + row * gate.stride(0), with + row * up.stride(0), width, to + row * width);
    }
  });
  return out;
}

}  // namespace

Tensor SelfAttention::forward(const Tensor& x, const Setting& setting, Attention& attention) const {
  const Linear* const all[] = {&q, &k, &v};
  auto outputs = forward_all(all, x);
  for (Tensor& output : outputs) output = output.view({x.size(0), -1, setting.head_dim});
  Tensor query = outputs[0], key = outputs[1];  // [n, heads, head_dim]
  if (setting.q_norm.defined()) {
    query = rms_norm(query, setting.q_norm, setting.norm_eps);
    key = rms_norm(key, setting.k_norm, setting.norm_eps);
  }
  if (setting.turn) {
    query = rotate(query, *setting.turn);
    key = rotate(key, *setting.turn);
  }
  if (setting.q_scale != 1) query = query * setting.q_scale;
  return o.forward(attention.attend(setting.layer, query, key, outputs[2], setting.window));
}

Tensor silu_gated(const Tensor& gate, const Tensor& up) {
  if (can_fuse(Fused::kSiluGate, gate)) return fused_gate(Fused::kSiluGate, gate, up);
  return can_gate(gate) && can_gate(up) ? gated_in_one_pass(gate, up, silu_times)
                                        : at::silu(gate) * up;
}

Tensor gelu_tanh_gated(const Tensor& gate, const Tensor& up) {
  if (can_fuse(Fused::kGeluGate, gate)) return fused_gate(Fused::kGeluGate, gate, up);
  return can_gate(gate) && can_gate(up) ? gated_in_one_pass(gate, up, gelu_tanh_times)
                                        : at::gelu(gate, "tanh") * up;
}

Tensor GatedMlp::forward(const Tensor& x,
                         Tensor (*gated)(const Tensor& gate, const Tensor& up)) const {
  const Linear* const both[] = {&gate, &up};
  const auto outputs = forward_all(both, x);
  return down.forward(gated(outputs[0], outputs[1]));
}

}  // namespace quadrant
