#include "harness/stats/bootstrap.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "harness/core/rng.h"

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
