// How far a log-probability moves when only the company changes in which it is computed.
#pragma once

#include "harness/core/interfaces.h"

namespace quadrant {

// The largest difference, in nats, of a token's log-probability between a text that is scored alone
// and the same text among others, some of which begin like it. A few dozen fixed tokens: measured
// at the start of a run, and stored with its environment.
double logprob_noise_floor(LanguageModel& model);

}  // namespace quadrant
