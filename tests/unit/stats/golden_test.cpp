#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "harness/stats/distributions.h"
#include "harness/stats/interval.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/permutation.h"
#include "harness/stats/power.h"

using namespace quadrant;

namespace {

const nlohmann::json& golden() {
  static const auto data = nlohmann::json::parse(
      read_text(std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/golden/stats.json"));
  return data;
}

doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-9); }

}  // namespace

TEST_CASE("distributions as SciPy") {
  const auto& quantiles = golden()["quantiles"];
  for (const auto& [p, x] : quantiles["normal"].get<std::vector<std::pair<double, double>>>()) {
    CHECK(normal_quantile(p) == near(x));
  }
  for (const auto& row : quantiles["student"]) {
    CAPTURE(row.dump());
    CHECK(student_t_quantile(row[0], row[1]) == near(row[2]));
  }
  for (const auto& row : quantiles["student_cdf"]) {
    CAPTURE(row.dump());
    CHECK(student_t_cdf(row[0], row[1]) == near(row[2]));
  }
}

TEST_CASE("cluster-t interval as statsmodels' cluster-robust OLS") {
  constexpr ScoreRange kAnywhere{-1e9, 1e9};
  for (const auto& row : golden()["cluster_intervals"]) {
    const auto values = row["values"].get<std::vector<double>>();
    const auto clusters = row["clusters"].get<std::vector<int>>();
    const auto interval = cluster_t_interval(values, clusters, 0.95, kAnywhere);
    CHECK(interval.method == IntervalMethod::kClusterT);
    CHECK(interval.mean == near(row["mean"]));
    CHECK(interval.se == near(row["se"]));
    CHECK(interval.df == row["df"].get<double>());
    CHECK(interval.low == near(row["low"]));
    CHECK(interval.high == near(row["high"]));
    if (!row.contains("low90")) continue;
    const auto equivalence = equivalence_test(values, clusters, 0.05, kAnywhere);
    CHECK(equivalence.interval.low == near(row["low90"]));
    CHECK(equivalence.interval.high == near(row["high90"]));
  }
}

TEST_CASE("Wilson, McNemar, Holm and sign flips as statsmodels and SciPy") {
  for (const auto& row : golden()["wilson"]) {
    const auto bounds = wilson_interval(row[0], row[1], normal_quantile(0.975));
    CHECK(bounds.low == near(row[2]));
    CHECK(bounds.high == near(row[3]));
  }
  for (const auto& row : golden()["mcnemar"])
    CHECK(mcnemar_exact_p(row[0], row[1]) == near(row[2]));
  for (const auto& row : golden()["holm"]) {
    const auto adjusted = holm_adjust(row[0].get<std::vector<double>>());
    for (std::size_t i = 0; i < adjusted.size(); ++i) {
      CHECK(adjusted[i] == near(row[1][i].get<double>()));
    }
  }
  for (const auto& row : golden()["sign_flip"]) {
    const auto sums = row[0].get<std::vector<double>>();
    std::vector<int> clusters(sums.size());
    for (std::size_t i = 0; i < clusters.size(); ++i) clusters[i] = static_cast<int>(i);
    CHECK(cluster_sign_flip_p(sums, clusters, 0) == near(row[1]));
  }
}
