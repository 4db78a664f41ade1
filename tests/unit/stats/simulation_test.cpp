// What the intervals and verdicts do over thousands of worlds whose truth is known.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>

#include "harness/stats/bootstrap.h"
#include "harness/stats/interval.h"
#include "harness/stats/power.h"
#include "tests/unit/stats/worlds.h"

using namespace quadrant;

namespace {

// Minutes under the sanitizers, which would see no code here that the other tests do not run.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kTooSlow = true;
#else
constexpr bool kTooSlow = false;
#endif

// Per item one difference of two arms, whose true mean is `effect`; `icc` is the share of the
// variance that lies between clusters.
struct Sample {
  std::vector<double> values;
  std::vector<int> clusters;
};

// Normal with total variance 1. `uneven`: clusters of 2 to 8 items, else of 5.
Sample draw_normal(Rng& rng, int groups, double icc, double effect, bool uneven) {
  Sample sample;
  for (int g = 0; g < groups; ++g) {
    const double level = effect + std::sqrt(icc) * rng.normal();
    for (int i = 0; i < (uneven ? 2 + g % 7 : 5); ++i) {
      sample.values.push_back(level + std::sqrt(1 - icc) * rng.normal());
      sample.clusters.push_back(g);
    }
  }
  return sample;
}

// Right or wrong in either arm: the shares are 1/2 + d and 1/2 - d with a d of the cluster's own,
// whose spread gives the differences the wanted icc.
Sample draw_binary(Rng& rng, int groups, double icc) {
  const double reach = std::sqrt(3 * 0.5 * icc / (4 - 2 * icc));
  Sample sample;
  for (int g = 0; g < groups; ++g) {
    const double d = reach * (2 * rng.uniform() - 1);
    for (int i = 0; i < 2 + g % 7; ++i) {
      const int first = rng.uniform() < 0.5 + d, second = rng.uniform() < 0.5 - d;
      sample.values.push_back(first - second);
      sample.clusters.push_back(g);
    }
  }
  return sample;
}

constexpr ScoreRange kAnywhere{-100, 100};

// Share of worlds in which the interval holds the true mean, 0.
template <class Draw, class Interval>
double coverage(int worlds, const Draw& draw, const Interval& interval) {
  int held = 0;
  for (int w = 0; w < worlds; ++w) {
    const auto [low, high] = interval(draw(), static_cast<std::uint64_t>(w));
    held += low <= 0 && high >= 0 ? 1 : 0;
  }
  return held / static_cast<double>(worlds);
}

Bounds cluster_t(const Sample& sample, std::uint64_t) {
  const auto interval = cluster_t_interval(sample.values, sample.clusters, 0.95, kAnywhere);
  return {interval.low, interval.high};
}

Bounds bootstrap_t(const Sample& sample, std::uint64_t seed) {
  return cluster_bootstrap_t(sample.values, sample.clusters, seed, 299);
}

// Share of worlds with this true effect in which the 95 % interval lies above 0.
double power(int groups, double icc, double effect, int worlds) {
  Rng rng(12, "power");
  int found = 0;
  for (int w = 0; w < worlds; ++w) {
    const Sample sample = draw_normal(rng, groups, icc, effect, false);
    found += cluster_t_interval(sample.values, sample.clusters, 0.95, kAnywhere).low > 0 ? 1 : 0;
  }
  return found / static_cast<double>(worlds);
}

// The MDE that a report would print, averaged over pilots without an effect.
double printed_mde(int groups, double icc, int pilots) {
  Rng rng(13, "pilots");
  double sum = 0;
  for (int p = 0; p < pilots; ++p) {
    const Sample sample = draw_normal(rng, groups, icc, 0, false);
    const auto interval = cluster_t_interval(sample.values, sample.clusters, 0.95, kAnywhere);
    sum += minimum_detectable_effect(interval.se, interval.df);
  }
  return sum / pilots;
}

bool claims_something(VerdictKind kind) {
  return kind != VerdictKind::kEquivalent && kind != VerdictKind::kNoVerdict;
}

}  // namespace

TEST_CASE("coverage of nominal 95 % intervals" * doctest::skip(kTooSlow)) {
  constexpr int kWorlds = 4000, kBootstrapWorlds = 1000;  // standard errors .0034 and .0069
  std::string table = "\nclusters  ICC  normal  right/wrong  bootstrap-t";
  for (const int groups : {20, 40, 80}) {
    for (const double icc : {0.0, 0.2, 0.5}) {
      Rng rng(11, "coverage");
      const auto normal = [&] { return draw_normal(rng, groups, icc, 0, true); };
      const auto binary = [&] { return draw_binary(rng, groups, icc); };
      const double t = coverage(kWorlds, normal, cluster_t);
      const double t_binary = coverage(kWorlds, binary, cluster_t);
      const double studentised = coverage(kBootstrapWorlds, normal, bootstrap_t);
      table += fmt::format("\n{:8}  {:.1f}  {:6.3f}  {:11.3f}  {:11.3f}", groups, icc, t, t_binary,
                           studentised);
      CAPTURE(groups);
      CAPTURE(icc);
      for (const double share : {t, t_binary, studentised}) {
        CAPTURE(share);
        CHECK(share >= 0.93);
        CHECK(share <= 0.97);
      }
    }
  }
  MESSAGE(table);
}

TEST_CASE("power at the printed MDE is 80 %" * doctest::skip(kTooSlow)) {
  std::string table = "\nclusters  ICC    MDE  power  clusters for half the MDE  power there";
  for (const int groups : {20, 40, 80}) {
    for (const double icc : {0.0, 0.2, 0.5}) {
      const double mde = printed_mde(groups, icc, 1000);
      const double found = power(groups, icc, mde, 4000);
      const double se = std::sqrt((icc + (1 - icc) / 5) / groups);
      const int needed = clusters_for_effect(mde / 2, se, groups);
      const double found_there = power(needed, icc, mde / 2, 1000);
      table += fmt::format("\n{:8}  {:.1f}  {:.3f}  {:.3f}  {:25}  {:11.3f}", groups, icc, mde,
                           found, needed, found_there);
      CAPTURE(groups);
      CAPTURE(icc);
      CHECK(std::abs(found - 0.8) <= 0.03);
      CHECK(std::abs(found_there - 0.8) <= 0.05);  // fewer worlds
    }
  }
  MESSAGE(table);
}

TEST_CASE("false verdicts where no arm wins" * doctest::skip(kTooSlow)) {
  // Equal arms; equal arms near 0; two singles and both that are equally far above base.
  const std::vector<World> worlds{
      {.clusters = 15},
      {.clusters = 40},
      {.clusters = 40, .base = 0.03, .context = 0.03, .model = 0.03, .both = 0.03},
      {.clusters = 40, .base = 0.1, .context = 0.5, .model = 0.5, .both = 0.5},
  };
  constexpr int kRuns = 1000;
  std::string table = "\nclusters  base  chosen on  false verdicts  any of the family  T3 or T4";
  for (const auto& world : worlds) {
    for (const bool chosen_on_dev : {true, false}) {
      int verdicts = 0, family = 0, primary = 0;
      for (int run = 0; run < kRuns; ++run) {
        auto input = simulate(world, static_cast<std::uint64_t>(run));
        input.resamples = 200;
        if (chosen_on_dev) input.best_single = Single::kContext;
        const auto verdict = judge(input);
        verdicts += claims_something(verdict.kind) ? 1 : 0;
        const auto& t = verdict.contrasts;
        primary += t[2].detected != 0 || t[3].detected != 0 ? 1 : 0;
        family += std::any_of(t.begin(), t.end(), [](const auto& c) { return c.detected != 0; });
      }
      table += fmt::format("\n{:8}  {:.2f}  {:9}  {:14.3f}  {:17.3f}  {:8.3f}", world.clusters,
                           world.base, chosen_on_dev ? "dev" : "test", verdicts / 1000.0,
                           family / 1000.0, primary / 1000.0);
      CAPTURE(table);
      CHECK(verdicts <= 0.05 * kRuns);
      CHECK(primary <= 0.05 * kRuns);
      // In the last world the gains over base are true, so that only the first three are a null.
      if (world.context == world.base) CHECK(family <= 0.05 * kRuns);
    }
  }
  MESSAGE(table);
}
