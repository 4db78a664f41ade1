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

// activation(gate) * up.
Tensor silu_gated(const Tensor& gate, const Tensor& up);
Tensor gelu_tanh_gated(const Tensor& gate, const Tensor& up);

struct GatedMlp {
  Linear gate, up, down;

  Tensor forward(const Tensor& x, Tensor (*gated)(const Tensor& gate, const Tensor& up)) const;
};

}  // namespace quadrant
