// Simulated worlds with a known truth: right-or-wrong answers of four arms to clustered items.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "harness/core/rng.h"
#include "harness/stats/verdict.h"

namespace quadrant {

struct World {
  int clusters = 40, per_cluster = 4;
  double base = 0.3, context = 0.3, model = 0.3, both = 0.3;  // share right
  double shared = 0.5;  // chance that an item's answers come from a draw common to all arms
};

inline VerdictInput simulate(const World& world, std::uint64_t seed) {
  Rng rng(seed, "world");
  VerdictInput input;
  input.seed = seed;
  input.resamples = 1000;  // as many as the tests need
  const auto answer = [](double draw, double share) { return draw < share ? 1.0 : 0.0; };
  for (int g = 0; g < world.clusters; ++g) {
    const double cluster_draw = rng.uniform();
    for (int i = 0; i < world.per_cluster; ++i) {
      input.clusters.push_back("doc" + std::to_string(g));
      const double item_draw = rng.uniform() < 0.3 ? cluster_draw : rng.uniform();
      const auto draw = [&] { return rng.uniform() < world.shared ? item_draw : rng.uniform(); };
      input.scores.base.push_back(answer(draw(), world.base));
      input.scores.context.push_back(answer(draw(), world.context));
      input.scores.model.push_back(answer(draw(), world.model));
      input.scores.both.push_back(answer(draw(), world.both));
    }
  }
  return input;
}

}  // namespace quadrant
