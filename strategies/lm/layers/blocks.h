// The two halves of a decoder layer, as all families here have them: self-attention and the gated
// MLP (Shazeer 2020, arXiv 2002.05202). Norms around them are the architecture's business.
#pragma once

#include "strategies/lm/layers/attention.h"
#include "strategies/lm/layers/linear.h"
#include "strategies/lm/layers/rope.h"

namespace quadrant {

struct SelfAttention {
  Linear q, k, v, o;

  // What a layer's attention depends on besides its input.
  struct Setting {
    int layer = 0, head_dim = 0;
    int window = 0;                    // tokens seen, itself included; 0: all
    const Rotation* turn = nullptr;    // nullptr: no positions
    Tensor q_norm, k_norm;             // [head_dim], over each head; undefined: none
    double norm_eps = 0, q_scale = 1;  // q_scale: beside the usual 1 / sqrt(head_dim)
  };
  Tensor forward(const Tensor& x, const Setting& setting,
                 Attention& attention) const;  // [n, width]
};

struct GatedMlp {
  Linear gate, up, down;

  template <class Activation>
  Tensor forward(const Tensor& x, const Activation& activation) const {
    const Linear* const both[] = {&gate, &up};
    const auto outputs = forward_all(both, x);
    return down.forward(activation(outputs[0]) * outputs[1]);
  }
};

}  // namespace quadrant
