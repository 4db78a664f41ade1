// Without the CUDA half of libtorch nothing is fused, and nobody calls the rest.
#include "strategies/lm/gpu/fused.h"

namespace quadrant {

bool can_fuse(Fused /*kernel*/, const Tensor& /*x*/) { return false; }

WithoutFusing::WithoutFusing() = default;
WithoutFusing::~WithoutFusing() = default;

Tensor fused_norm(const Tensor& /*x*/, const Tensor& /*weight*/, double /*eps*/) { return {}; }

Tensor fused_rotation(const Tensor& /*x*/, const Tensor& /*cosine*/, const Tensor& /*sine*/) {
  return {};
}

Tensor fused_gate(Fused /*act*/, const Tensor& /*gate*/, const Tensor& /*up*/) { return {}; }

Tensor fused_gather(const Tensor& /*x*/, const Gather& /*from*/) { return {}; }

Tensor fused_cross_entropy(Tensor& /*logits*/, const Tensor& /*targets*/,
                           const Tensor& /*weights*/) {
  return {};
}

}  // namespace quadrant
