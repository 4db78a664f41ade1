// Where the spread of scores comes from: items, documents, trainings, wordings.
#pragma once

#include <span>

#include "harness/stats/interval.h"

namespace quadrant {

// One score with what it shares with other scores. Numbers from 0 without gaps.
struct Observation {
  double score = 0;                                 // NaN is left out
  int cluster = 0, item = 0, seed = 0, prompt = 0;  // prompt: number of its template
};

// Variances, so their square roots are on the scale of the score. NaN: the data cannot tell it from
// the rest (one seed, one template, each item scored once); it is then part of `residual`.
struct VarianceComponents {
  double cluster = kUnknown;  // between documents or entities
  double item = kUnknown;     // between items of one document
  double seed = kUnknown;     // between trainings
  double prompt = kUnknown;   // between prompt templates
  double residual = kUnknown;
};

// Henderson's method 1 (Henderson 1953; Searle, Casella and McCulloch 1992, chapter 5) for
// score = mean + cluster + item + seed + template + residual, all random. For balanced data these
// are the estimates of an analysis of variance. Below 0, where chance can put them, they are 0.
VarianceComponents variance_components(std::span<const Observation> observations);

}  // namespace quadrant
