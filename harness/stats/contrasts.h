// The five primary contrasts of a verdict, from the scores of the four arms.
#pragma once

#include <vector>

#include "harness/stats/verdict.h"

namespace quadrant {

struct ContrastSettings {
  double margin = 0.05;
  Single best_single = Single::kContext;
  bool best_single_from_test = false;  // T4's p is then doubled (Bonferroni over the two singles)
  bool bootstrap = true;               // also the companion intervals
  std::vector<ArmScores> by_seed;      // for the two-way interval, as VerdictInput::by_seed
  std::uint64_t seed = 0;
  int resamples = 10000;
};

// `scores` with higher being better; `clusters` from number_clusters.
std::vector<Contrast> primary_contrasts(const ArmScores& scores, const std::vector<int>& clusters,
                                        const ArmLabels& labels, const ContrastSettings& settings);

// Mean of a - b over the items scored in both; NaN when there is none or an arm was not run.
double mean_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace quadrant
