#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "harness/stats/distributions.h"
#include "harness/stats/interaction.h"
#include "harness/stats/interval.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/permutation.h"
#include "harness/stats/power.h"
#include "harness/stats/variance.h"

using namespace quadrant;

namespace {

const nlohmann::json& golden() {
  static const auto data = nlohmann::json::parse(
      read_text(std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/golden/stats.json"));
  return data;
}

std::vector<Observation> observations(const nlohmann::json& data) {
  std::vector<Observation> result;
  for (std::size_t i = 0; i < data["score"].size(); ++i) {
    result.push_back({data["score"][i], data["cluster"][i], data["item"][i], data["seed"][i],
                      data.contains("prompt") ? data["prompt"][i].get<int>() : 0});
  }
  return result;
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

TEST_CASE("Benjamini-Hochberg and the size of a design as statsmodels") {
  for (const auto& row : golden()["benjamini_hochberg"]) {
    const auto adjusted = benjamini_hochberg_adjust(row[0].get<std::vector<double>>());
    for (std::size_t i = 0; i < adjusted.size(); ++i) {
      CHECK(adjusted[i] == near(row[1][i].get<double>()));
    }
  }
  // Bloom's formula against the exact power of the t test: within one cluster.
  for (const auto& row : golden()["clusters_needed"]) {
    const double effect = row[0], sd = row[1], exact = row[2];
    const int needed = clusters_for_effect(effect, sd / std::sqrt(10), 10);
    CHECK(needed >= exact - 0.5);
    CHECK(needed <= exact + 1.5);
  }
}

TEST_CASE("188 against 200 of 300: the pairing decides, as in statsmodels") {
  const auto& unpaired = golden()["unpaired"];
  CHECK(unpaired[3].get<double>() == doctest::Approx(0.31).epsilon(0.02));  // 188 and 200 of 300
  std::vector<double> differences(300, 0.0);  // 8 items only the first arm got right, 20 the second
  std::fill_n(differences.begin(), 8, 1.0);
  std::fill_n(differences.begin() + 8, 20, -1.0);
  const auto clusters = number_clusters(std::vector<std::string>(300));
  const PairedTest test = paired_test(differences, clusters, 0);
  CHECK(test.mcnemar);
  CHECK(test.p == near(golden()["mcnemar"][0][2]));
  MESSAGE("188 against 200 of 300, 8/20 discordant: exact McNemar p = "
          << test.p << ", unpaired p = " << unpaired[3]);
}

TEST_CASE("variance components as an analysis of variance, and as Henderson's matrices") {
  const auto& balanced = golden()["anova_components"];
  const auto anova = variance_components(observations(balanced));
  CHECK(anova.cluster == near(balanced["var_cluster"]));
  CHECK(anova.item == near(balanced["var_item"]));
  CHECK(anova.seed == near(balanced["var_seed"]));
  CHECK(std::isnan(anova.prompt));  // one template: nothing to tell
  CHECK(anova.residual == near(balanced["var_residual"]));

  const auto& uneven = golden()["henderson_components"];
  const auto found = variance_components(observations(uneven));
  CHECK(found.cluster == near(uneven["var_cluster"]));
  CHECK(found.item == near(uneven["var_item"]));
  CHECK(found.seed == near(uneven["var_seed"]));
  CHECK(found.prompt == near(uneven["var_prompt"]));
  CHECK(found.residual == near(uneven["var_residual"]));
}

TEST_CASE("the log-odds interaction as a clustered logistic regression") {
  const auto& data = golden()["logit_interaction"];
  const ArmScores scores{data["base"], data["context"], data["model"], data["both"]};
  const auto clusters = data["clusters"].get<std::vector<int>>();
  const auto found = log_odds_interaction(scores, clusters);
  CHECK(found.estimate == doctest::Approx(data["estimate"].get<double>()).epsilon(1e-6));
  CHECK(found.se == doctest::Approx(data["se"].get<double>()).epsilon(1e-6));
  CHECK(found.high - found.estimate == doctest::Approx(data["reach"].get<double>()).epsilon(1e-6));
  CHECK(found.clusters == 30);
}
