#include "strategies/lm/layers/cross_entropy.h"

#include "strategies/lm/gpu/fused.h"

namespace quadrant {

Tensor cross_entropy_in_place(Tensor& logits, const Tensor& targets, const Tensor& weights) {
  if (can_fuse(Fused::kCrossEntropy, logits)) return fused_cross_entropy(logits, targets, weights);
  const Tensor target = targets.unsqueeze(1), weight = weights.unsqueeze(1);
  Tensor values = logits.to(at::kFloat);  // the logits themselves when they are float32
  const Tensor log_total = values.logsumexp(1, /*keepdim=*/true);
  const Tensor losses = (log_total - values.gather(1, target)) * weight;
  values.sub_(log_total).exp_().mul_(weight).scatter_add_(1, target, weight.neg());
  if (!values.is_same(logits)) logits.copy_(values);
  return losses.squeeze(1);
}

}  // namespace quadrant
