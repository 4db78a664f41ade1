// The interaction of context and model on other scales than that of the shares right.
//
// A difference of differences depends on its scale: near the ceiling two good arms must seem to
// overlap. What also holds on the log-odds or log-probability scale is no such artefact (Loftus
// 1978; Wagenmakers et al. 2012).
#pragma once

#include <span>

#include "harness/stats/verdict.h"

namespace quadrant {

// (logit both - logit model) - (logit context - logit base) of the arms' mean scores, which lie in
// [0, 1]; the standard error is the cluster-robust one of a logistic regression with interaction.
// An arm with a mean of 0 or 1 has no logit: then all four are (sum + 1/2) / (n + 1) instead
// (Haldane 1956; Anscombe 1956). Unknown when an arm was not run.
ScaledInteraction log_odds_interaction(const ArmScores& scores, std::span<const int> clusters);

// The same contrast of per-item values on an unbounded scale, such as the log-probability of the
// right answer: its mean and cluster-t interval.
ScaledInteraction mean_interaction(const ArmScores& values, std::span<const int> clusters);

}  // namespace quadrant
