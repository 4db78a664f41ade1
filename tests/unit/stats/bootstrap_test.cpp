#include "harness/stats/bootstrap.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "harness/core/rng.h"
#include "harness/stats/alike.h"
#include "harness/stats/permutation.h"

using namespace quadrant;

namespace {

std::vector<int> own_clusters(std::size_t n) {
  return number_clusters(std::vector<std::string>(n));
}

double share(std::span<const double> sums) { return sums[0] / sums[1]; }

}  // namespace

TEST_CASE("bootstrap: seeded, near the t interval for many clusters") {
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back((i * 37 % 100) / 100.0);
  const auto clusters = own_clusters(200);
  const auto interval = cluster_t_interval(values, clusters);
  const auto bounds = cluster_bootstrap(values, clusters, 3, 4000);
  CHECK(bounds.low == doctest::Approx(interval.low).epsilon(0.02));
  CHECK(bounds.high == doctest::Approx(interval.high).epsilon(0.02));
  CHECK(cluster_bootstrap(values, clusters, 3, 100).low ==
        cluster_bootstrap(values, clusters, 3, 100).low);
}

TEST_CASE("bootstrap-t: near cluster-t for even scores, bent towards the tail of skewed ones") {
  Rng rng(1, "skewed");
  std::vector<double> even, skewed;
  for (int i = 0; i < 60; ++i) {
    even.push_back(rng.normal());
    skewed.push_back(std::exp(rng.normal()));
  }
  const auto clusters = own_clusters(60);
  const auto t = cluster_t_interval(even, clusters, 0.95, {-100, 100});
  const auto studentised = cluster_bootstrap_t(even, clusters, 5, 4000);
  CHECK(studentised.low == doctest::Approx(t.low).epsilon(0.1));
  CHECK(studentised.high == doctest::Approx(t.high).epsilon(0.1));

  const auto bent = cluster_bootstrap_t(skewed, clusters, 5, 4000);
  const double mean = cluster_t_interval(skewed, clusters, 0.95, {-100, 100}).mean;
  CHECK(bent.high - mean > 1.2 * (mean - bent.low));
  CHECK(std::isnan(cluster_bootstrap_t(std::vector<double>(60, 1.0), clusters, 5).low));
}

TEST_CASE("corpus metrics: sums over items are drawn again, both arms together") {
  // The corpus score is hits over tries; items have 1 to 5 tries.
  Rng rng(2, "corpus");
  std::vector<Statistics> good, poor;
  std::vector<int> clusters;
  for (int i = 0; i < 120; ++i) {
    const double tries = 1 + static_cast<double>(rng.below(5));
    const double hits = std::floor(rng.uniform() * (tries + 1));
    good.push_back({hits, tries});
    poor.push_back({std::max(0.0, hits - 1), tries});
    clusters.push_back(i / 3);
  }
  const auto one = corpus_bootstrap(good, clusters, share, 3, 2000);
  double hits = 0, tries = 0;
  for (const Statistics& item : good) {
    hits += item[0];
    tries += item[1];
  }
  CHECK(one.score == doctest::Approx(hits / tries));
  CHECK(one.interval.low < one.score);
  CHECK(one.interval.high > one.score);

  const auto two = paired_corpus_bootstrap(good, poor, clusters, share, 3, 2000);
  CHECK(two.difference == doctest::Approx(two.first - two.second));
  CHECK(two.interval.low > 0);
  CHECK(two.p < 0.01);
  // Pairing: the difference varies less than either score does.
  CHECK(two.interval.high - two.interval.low < one.interval.high - one.interval.low);

  const auto same = paired_corpus_bootstrap(good, good, clusters, share, 3, 200);
  CHECK(same.difference == 0);
  CHECK(same.p == 1);
}

TEST_CASE("corpus metrics: unscored items leave both arms; one cluster has no interval") {
  const std::vector<Statistics> first{{1, 1}, {}, {0, 1}}, second{{1, 1}, {1, 1}, {}};
  const auto clusters = own_clusters(3);
  const auto both = paired_corpus_bootstrap(first, second, clusters, share, 1, 100);
  CHECK(both.first == 1);
  CHECK(both.second == 1);
  CHECK(std::isnan(both.interval.low));
  CHECK(std::isnan(
      corpus_bootstrap(std::vector<Statistics>{{}, {}}, std::vector<int>{0, 1}, share, 1).score));
}

TEST_CASE("documents x seeds: wider than documents alone when trainings differ") {
  Rng rng(4, "seeds");
  std::vector<std::vector<double>> by_seed(5);
  std::vector<int> clusters;
  for (int i = 0; i < 200; ++i) clusters.push_back(i / 4);
  for (auto& values : by_seed) {
    const double luck = 0.2 * rng.normal();
    for (int i = 0; i < 200; ++i) values.push_back(luck + 0.3 * rng.normal());
  }
  std::vector<double> means(200, 0.0);
  for (const auto& values : by_seed) {
    for (std::size_t i = 0; i < means.size(); ++i) means[i] += values[i] / 5;
  }
  const auto two_way = pigeonhole_bootstrap(by_seed, clusters, 1, 2000);
  const auto one_way = cluster_bootstrap(means, clusters, 1, 2000);
  CHECK(two_way.high - two_way.low > 2 * (one_way.high - one_way.low));
  CHECK(std::isnan(pigeonhole_bootstrap({by_seed.data(), 1}, clusters, 1).low));
  by_seed[0][7] = kUnknown;
  CHECK(!std::isnan(pigeonhole_bootstrap(by_seed, clusters, 1, 50).low));
}

TEST_CASE("many clusters, most of them alike: drawn by kind they give what they give one by one") {
  constexpr int kClusters = 4000, kSeeds = 3;
  constexpr double kApart = 1e-9;  // makes every cluster another one, and changes nothing else
  Rng rng(11);
  std::vector<int> clusters;
  std::vector<double> alike, apart;
  std::vector<std::vector<double>> alike_seeds(kSeeds), apart_seeds(kSeeds);
  for (int c = 0; c < kClusters; ++c) {
    const int items = 1 + static_cast<int>(rng.below(3));
    for (int i = 0; i < items; ++i) {
      clusters.push_back(c);
      const double difference = static_cast<double>(rng.below(3)) - 0.9;
      alike.push_back(difference);
      apart.push_back(difference + kApart * c);
      for (int s = 0; s < kSeeds; ++s) {
        const double score = static_cast<double>(rng.below(10) < 4 + static_cast<unsigned>(s));
        alike_seeds[static_cast<std::size_t>(s)].push_back(score);
        apart_seeds[static_cast<std::size_t>(s)].push_back(score + kApart * c);
      }
    }
  }
  const auto near = [](const Bounds& a, const Bounds& b, double tolerance) {
    CHECK(std::abs(a.low - b.low) < tolerance);
    CHECK(std::abs(a.high - b.high) < tolerance);
  };
  // Bounds of 4000 draws move by about 2 % of the interval's width, which is .05.
  near(cluster_bootstrap(alike, clusters, 1, 4000), cluster_bootstrap(apart, clusters, 1, 4000),
       0.003);
  near(cluster_bootstrap_t(alike, clusters, 1, 4000), cluster_bootstrap_t(apart, clusters, 1, 4000),
       0.003);
  near(pigeonhole_bootstrap(alike_seeds, clusters, 1, 4000),
       pigeonhole_bootstrap(apart_seeds, clusters, 1, 4000), 0.01);
  CHECK(cluster_bootstrap(alike, clusters, 1, 50).low ==
        cluster_bootstrap(alike, clusters, 1, 50).low);

  // Hardly off balance, so that the p in question is far from 0 and 1.
  std::vector<double> balanced(alike.size()), unlike(alike.size());
  for (std::size_t i = 0; i < alike.size(); ++i) {
    balanced[i] = (i % 2 == 0 ? 1.0 : -1.0) + (i % 97 == 0 ? 1.0 : 0.0);
    unlike[i] = balanced[i] + kApart * clusters[i];
  }
  CHECK(cluster_sign_flip_p(balanced, clusters, 1, 10000) ==
        doctest::Approx(cluster_sign_flip_p(unlike, clusters, 1, 10000)).epsilon(0.15));
}

TEST_CASE("binomial draws have the binomial distribution, whichever way they are made") {
  constexpr int kDraws = 20000;
  struct Shape {
    std::uint64_t n;
    double p;
  };
  for (const auto& [n, p] : {Shape{6, 0.3}, {12, 0.8}, {50, 0.4}, {50, 0.6}, {400, 0.5}}) {
    CAPTURE(n);
    CAPTURE(p);
    Rng rng(5);
    std::vector<int> counts(n + 1, 0);
    for (int i = 0; i < kDraws; ++i) ++counts.at(binomial(rng, n, p));
    double chance = std::pow(1 - p, static_cast<double>(n));
    for (std::uint64_t k = 0; k <= n; ++k) {
      const double expected = kDraws * chance, spread = std::sqrt(expected * (1 - chance));
      CHECK(std::abs(counts[k] - expected) <= 5 * spread + 1);
      chance *= static_cast<double>(n - k) / static_cast<double>(k + 1) * p / (1 - p);
    }
  }
  Rng rng(5);
  CHECK(binomial(rng, 0, 0.5) == 0);
  CHECK(binomial(rng, 9, 0) == 0);
  CHECK(binomial(rng, 9, 1) == 9);
}
