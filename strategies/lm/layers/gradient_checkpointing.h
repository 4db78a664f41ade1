// Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174): of a layer only the input is kept,
// and the layer is computed a second time when its gradients are. Costs one more forward, and holds
// the activations of one layer at a time.
#pragma once

#include <functional>

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// x: [n, width] -> [n, width]. May hold parameters of its own, which get their gradients too.
using LayerStep = std::function<Tensor(const Tensor& x)>;

// layer(x), bit for bit, and with the same gradients; dropout hits the same places both times.
// x or a parameter must ask for a gradient; what `layer` refers to must live until it has one.
Tensor checkpointed(const Tensor& x, const LayerStep& layer);

}  // namespace quadrant
