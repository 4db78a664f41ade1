// What the intervals and verdicts do over thousands of worlds whose truth is known.
#include <doctest/doctest.h>

#include "harness/stats/interval.h"
#include "tests/unit/stats/worlds.h"

using namespace quadrant;

namespace {

// Minutes under the sanitizers, which would see no code here that the other tests do not run.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kTooSlow = true;
#else
constexpr bool kTooSlow = false;
#endif

// Share of worlds whose 95 % interval holds the true mean: clusters of 2 to 8 items, normal scores
// with total variance 1 of which `icc` lies between clusters.
double coverage(int groups, double icc, int worlds) {
  Rng rng(11, "coverage");
  int held = 0;
  for (int w = 0; w < worlds; ++w) {
    std::vector<double> values;
    std::vector<int> clusters;
    for (int g = 0; g < groups; ++g) {
      const double level = std::sqrt(icc) * rng.normal();
      for (int i = 0; i < 2 + g % 7; ++i) {
        values.push_back(level + std::sqrt(1 - icc) * rng.normal());
        clusters.push_back(g);
      }
    }
    const auto interval = cluster_t_interval(values, clusters, 0.95, {-100, 100});
    if (interval.low <= 0 && interval.high >= 0) ++held;
  }
  return held / static_cast<double>(worlds);
}

bool claims_something(VerdictKind kind) {
  return kind != VerdictKind::kEquivalent && kind != VerdictKind::kNoVerdict;
}

}  // namespace

TEST_CASE("coverage of the nominal 95 % cluster-t interval" * doctest::skip(kTooSlow)) {
  for (const int groups : {20, 40}) {
    for (const double icc : {0.0, 0.2, 0.5}) {
      const double share = coverage(groups, icc, 4000);
      CAPTURE(groups);
      CAPTURE(icc);
      CAPTURE(share);
      CHECK(share > 0.93);
      CHECK(share < 0.97);
    }
  }
}

TEST_CASE("false verdicts where no arm wins" * doctest::skip(kTooSlow)) {
  // Equal arms; equal arms near 0; two singles and both that are equally far above base.
  const std::vector<World> worlds{
      {.clusters = 15},
      {.clusters = 40},
      {.clusters = 40, .base = 0.03, .context = 0.03, .model = 0.03, .both = 0.03},
      {.clusters = 40, .base = 0.1, .context = 0.5, .model = 0.5, .both = 0.5},
  };
  constexpr int kRuns = 600;
  for (const auto& world : worlds) {
    for (const bool chosen_on_dev : {true, false}) {
      int verdicts = 0, detections = 0;
      for (int run = 0; run < kRuns; ++run) {
        auto input = simulate(world, static_cast<std::uint64_t>(run));
        input.resamples = 200;
        if (chosen_on_dev) input.best_single = Single::kContext;
        const auto verdict = judge(input);
        verdicts += claims_something(verdict.kind) ? 1 : 0;
        const auto& t = verdict.contrasts;
        detections += t[2].detected != 0 || t[3].detected != 0 ? 1 : 0;
      }
      CAPTURE(world.clusters);
      CAPTURE(world.base);
      CAPTURE(chosen_on_dev);
      CAPTURE(verdicts);
      CAPTURE(detections);
      CHECK(verdicts <= 0.05 * kRuns);
      CHECK(detections <= 0.065 * kRuns);  // T3 or T4: .05 and the simulation's own error
    }
  }
}
