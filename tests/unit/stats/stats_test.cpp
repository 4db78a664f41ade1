#include <doctest/doctest.h>

#include <cmath>

#include "harness/stats/bootstrap.h"
#include "harness/stats/describe.h"
#include "harness/stats/interval.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/permutation.h"
#include "harness/stats/power.h"
#include "harness/stats/reversal.h"

using namespace quadrant;

namespace {

const double kNaN = kUnknown;

std::vector<int> own_clusters(std::size_t n) {
  return number_clusters(std::vector<std::string>(n));
}

}  // namespace

TEST_CASE("clusters are numbered by first appearance, and an empty id stands alone") {
  CHECK(number_clusters({"b", "a", "b", "", "", "a"}) == std::vector<int>{0, 1, 0, 2, 3, 1});
}

TEST_CASE("unscored items are left out and counted") {
  const std::vector<double> values{0.1, kNaN, 0.5, 0.9, kNaN};
  const auto interval = cluster_t_interval(values, std::vector<int>{0, 0, 1, 2, 3});
  CHECK(interval.n == 3);
  CHECK(interval.unscored == 2);
  CHECK(interval.clusters == 3);
  CHECK(interval.mean == doctest::Approx(0.5));
}

TEST_CASE("fewer than two clusters give a mean and no interval") {
  const std::vector<double> values{0.2, 0.4};
  const auto interval = cluster_t_interval(values, std::vector<int>{0, 0});
  CHECK(interval.mean == doctest::Approx(0.3));
  CHECK(interval.method == IntervalMethod::kNone);
  CHECK(std::isnan(interval.low));
  CHECK(std::isnan(cluster_bootstrap(values, std::vector<int>{0, 0}, 1).low));
  CHECK(std::isnan(summarise_cell(values, std::vector<int>{0, 0}).high));

  const std::vector<double> none{kNaN};
  CHECK(std::isnan(cluster_t_interval(none, std::vector<int>{0}).mean));
  CHECK(std::isnan(cluster_sign_flip_p(none, std::vector<int>{0}, 1)));
}

TEST_CASE("a sample without spread is flagged and keeps a width") {
  const auto clusters = own_clusters(40);
  const std::vector<double> zeros(40, 0.0), thirds(40, 1.0 / 3);
  const auto interval = cluster_t_interval(zeros, clusters, 0.95, {-1, 1});
  const double share = 1 - std::pow(0.025, 1.0 / 40);
  CHECK(interval.method == IntervalMethod::kFlat);
  CHECK(interval.low == doctest::Approx(-share));
  CHECK(interval.high == doctest::Approx(share));
  CHECK(interval.se > 0);
  CHECK(cluster_t_interval(thirds, clusters).method == IntervalMethod::kFlat);

  // Items differ, but every cluster has the same mean.
  const std::vector<double> alternating{0, 1, 1, 0, 0, 1};
  const std::vector<int> pairs{0, 0, 1, 1, 2, 2};
  CHECK(cluster_t_interval(alternating, pairs).method == IntervalMethod::kFlat);

  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(std::isnan(cluster_t_interval(zeros, clusters, 0.95, {-infinity, infinity}).low));
  CHECK(cluster_sign_flip_p(zeros, clusters, 1) == 1);
}

TEST_CASE("intervals stay inside the range of the score") {
  const std::vector<double> values{0, 0, 0, 0, 0, 0.9};
  const auto interval = cluster_t_interval(values, own_clusters(6));
  CHECK(interval.low == 0);
  CHECK(interval.high < 1);
}

TEST_CASE("sign flips: whole clusters, exact when few, never 0 when resampled") {
  const std::vector<double> ones(60, 1.0);
  CHECK(cluster_sign_flip_p(ones, own_clusters(60), 5, 999) == doctest::Approx(0.001));
  std::vector<int> five;
  for (int i = 0; i < 60; ++i) five.push_back(i / 12);
  CHECK(cluster_sign_flip_p(ones, five, 5) == doctest::Approx(2.0 / 32));
}

TEST_CASE("McNemar: 188 against 200 of 300 right, 8 and 20 of them alone") {
  CHECK(mcnemar_exact_p(8, 20) == doctest::Approx(0.0357).epsilon(0.01));
  CHECK(mcnemar_exact_p(0, 0) == 1);
}

TEST_CASE("Holm leaves out what could not be tested") {
  const std::vector<double> p{0.02, kNaN, 0.03};
  const auto adjusted = holm_adjust(p);
  CHECK(adjusted[0] == doctest::Approx(0.04));
  CHECK(std::isnan(adjusted[1]));
  CHECK(adjusted[2] == doctest::Approx(0.04));
}

TEST_CASE("minimum detectable effect: about 2.8 standard errors, more with few clusters") {
  CHECK(minimum_detectable_effect(0.02, 1e6) == doctest::Approx(0.02 * 2.8016).epsilon(1e-4));
  CHECK(minimum_detectable_effect(0.02, 5) > 0.02 * 3.4);
  CHECK(std::isnan(minimum_detectable_effect(kNaN, 5)));
}

TEST_CASE("the size of a design: more clusters for smaller effects, none for an unknown spread") {
  const int needed = clusters_for_effect(0.1, 0.05, 40);
  CHECK(minimum_detectable_effect(0.05 * std::sqrt(40.0 / needed), needed - 1) <= 0.1);
  CHECK(minimum_detectable_effect(0.05 * std::sqrt(40.0 / (needed - 1)), needed - 2) > 0.1);
  CHECK(clusters_for_effect(0.05, 0.05, 40) > 3 * needed);
  CHECK(clusters_for_effect(0.1, kNaN, 40) == 0);
  // 100 independent items of which 40 % are discordant: the table of science.md, 2.8 se = .18.
  CHECK(2.8 * planned_se(100, 100) == doctest::Approx(0.177).epsilon(0.01));
  CHECK(planned_se(100, 20) > planned_se(100, 100));
}

TEST_CASE("rank reversal: the best strategy as cost gains weight") {
  const std::vector<CostedScore> strategies{{0.8, 10}, {0.5, 2},  {0.6, 9},
                                            {0.1, 0},  {kNaN, 1}, {0.8, 12}};
  const auto ranges = best_by_price(strategies);
  REQUIRE(ranges.size() == 3);  // the third is dear for what it gives: never the best
  CHECK(ranges[0].best == 0);
  CHECK(ranges[0].from == 0);
  CHECK(ranges[0].to == doctest::Approx(0.3 / 8));
  CHECK(ranges[1].best == 1);
  CHECK(ranges[1].to == doctest::Approx(0.2));
  CHECK(ranges[2].best == 3);
  CHECK(std::isinf(ranges[2].to));
  CHECK(best_by_price({}).empty());
}

TEST_CASE("equivalence needs the whole 90 % interval inside the margin") {
  std::vector<double> small;
  for (int i = 0; i < 100; ++i) small.push_back(i % 2 == 0 ? 0.01 : -0.01);
  const auto clusters = own_clusters(100);
  CHECK(equivalence_test(small, clusters, 0.05, {-1, 1}).equivalent);
  CHECK(!equivalence_test(small, clusters, 0.001, {-1, 1}).equivalent);
  CHECK(!equivalence_test(small, std::vector<int>(100, 0), 0.05, {-1, 1}).equivalent);
}

TEST_CASE("cells: Wilson for right-or-wrong scores, cluster-t for others") {
  const auto clusters = own_clusters(40);
  std::vector<double> scores(40, 0.0);
  const auto none_right = summarise_cell(scores, clusters);
  CHECK(none_right.method == IntervalMethod::kWilson);
  CHECK(none_right.low == 0);
  CHECK(none_right.high == doctest::Approx(0.0928).epsilon(0.01));
  scores[3] = 1;
  CHECK(summarise_cell(scores, clusters).low > 0);
  scores[3] = 0.5;
  CHECK(summarise_cell(scores, clusters).method == IntervalMethod::kClusterT);

  // Ten copies of each item are worth no more than the items.
  std::vector<double> once, copies;
  std::vector<int> copied;
  for (int i = 0; i < 40; ++i) {
    once.push_back(i % 4 == 0 ? 1 : 0);
    for (int k = 0; k < 10; ++k) {
      copies.push_back(once.back());
      copied.push_back(i);
    }
  }
  const auto a = summarise_cell(once, clusters), b = summarise_cell(copies, copied);
  CHECK(b.high == doctest::Approx(a.high).epsilon(0.01));
}
