// Measures against pytrec_eval, BM25 against bm25s: tests/golden/make_retrieval.py.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "retrieval/lexical/bm25.h"
#include "retrieval/measures.h"

using namespace quadrant;

namespace {

const nlohmann::json& golden() {
  static const auto data = nlohmann::json::parse(
      read_text(std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/golden/retrieval.json"));
  return data;
}

double largest_difference(const nlohmann::json& expected, const RankingMeasures& found, int k) {
  const std::string at = "_" + std::to_string(k);
  const std::pair<std::string, double> measures[] = {
      {"recall" + at, found.recall},         {"P" + at, found.precision},
      {"ndcg_cut" + at, found.ndcg},         {"success" + at, found.hit},
      {"recip_rank", found.reciprocal_rank}, {"map", found.average_precision}};
  double largest = 0;
  for (const auto& [name, value] : measures) {
    largest = std::max(largest, std::abs(expected.at(name).get<double>() - value));
  }
  return largest;
}

}  // namespace

TEST_CASE("measures of random rankings with ties equal pytrec_eval's to 1e-6") {
  const auto& ranking = golden()["ranking"];
  REQUIRE(ranking["cases"].size() == 60);
  for (const auto& one : ranking["cases"]) {
    CAPTURE(one.dump());
    std::vector<RankedDocument> run;
    for (const auto& [id, score] : one["run"].items()) run.push_back({id, score});
    for (const int k : ranking["cuts"]) {
      const auto found = measure_ranking(one["grades"].get<Judgements>(), run, k);
      CHECK(largest_difference(one["expected"], found, k) < 1e-6);
    }
  }
}

TEST_CASE("BM25 scores and ranks equal those of bm25s with the same parameters") {
  const auto& bm25 = golden()["bm25"];
  const auto texts = bm25["texts"].get<std::vector<std::string>>();
  const auto queries = bm25["queries"].get<std::vector<std::string>>();
  for (const auto& setting : bm25["settings"]) {
    Bm25Index index({setting["k1"], setting["b"]});
    for (const std::string& text : texts) index.add(text);
    for (std::size_t q = 0; q < queries.size(); ++q) {
      CAPTURE(queries[q]);
      const auto scores = setting["scores"][q].get<std::vector<double>>();
      std::vector<RankedRow> expected;
      for (std::size_t row = 0; row < scores.size(); ++row) {
        if (scores[row] > 0) expected.push_back({row, scores[row]});
      }
      // Rounded as the golden file is, so that texts with the same counts tie on both sides.
      auto found = index.search(queries[q], static_cast<int>(texts.size()));
      for (RankedRow& hit : found) hit.score = std::round(hit.score * 1e9) / 1e9;
      for (RankedRow& hit : expected) hit.score = std::round(hit.score * 1e9) / 1e9;
      std::sort(found.begin(), found.end(), ranks_before);
      std::sort(expected.begin(), expected.end(), ranks_before);
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].row == expected[i].row);
        CHECK(found[i].score == doctest::Approx(expected[i].score).epsilon(1e-8));
      }
    }
  }
}
