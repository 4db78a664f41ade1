#include "strategies/lm/layers/blocks.h"

#include "strategies/lm/layers/norm.h"

namespace quadrant {

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

}  // namespace quadrant
