#include "retrieval/rank.h"

#include <doctest/doctest.h>

#include <cmath>

#include "retrieval/measures.h"

using namespace quadrant;

namespace {

using Rows = std::vector<std::size_t>;

Rows rows(const Ranking& ranking) {
  Rows result;
  for (const RankedRow& hit : ranking) result.push_back(hit.row);
  return result;
}

}  // namespace

TEST_CASE("reciprocal rank fusion: ranks count, scores do not") {
  const Ranking lists[] = {{{7, 100}, {3, 99}, {1, 1}}, {{3, 0.2}, {9, 0.1}}};
  const Ranking fused = reciprocal_rank_fusion(lists);
  CHECK(rows(fused) == Rows{3, 7, 9, 1});
  CHECK(fused[0].score == doctest::Approx(1.0 / 62 + 1.0 / 61));
  CHECK(reciprocal_rank_fusion({}).empty());
}

TEST_CASE("convex combination: each list between its lowest and its highest") {
  const Ranking dense{{1, 0.9}, {2, 0.7}, {3, 0.5}}, lexical{{3, 12}, {1, 2}};
  const Ranking fused = convex_combination(dense, lexical, 0.5);
  CHECK(rows(fused) == Rows{1, 3, 2});
  CHECK(fused[0].score == doctest::Approx(0.5));
  CHECK(fused[2].score == doctest::Approx(0.25));
  CHECK(rows(convex_combination(dense, lexical, 1))[0] == 1);
  CHECK(rows(convex_combination(dense, lexical, 0))[0] == 3);
  CHECK(rows(convex_combination({{5, 3}}, {}, 0.5)) == Rows{5});
}

TEST_CASE("maximal marginal relevance: what repeats comes later") {
  const Ranking candidates{{0, 1.0}, {1, 0.95}, {2, 0.0}};
  const auto similarity = [](std::size_t a, std::size_t b) { return a + b == 1 ? 1.0 : 0.0; };
  CHECK(rows(maximal_marginal_relevance(candidates, 0.4, 3, similarity)) == Rows{0, 2, 1});
  CHECK(rows(maximal_marginal_relevance(candidates, 1.0, 2, similarity)) == Rows{0, 1});
  CHECK(maximal_marginal_relevance({}, 0.5, 2, similarity).empty());
}

TEST_CASE("near-duplicates are left out, the best of them stays") {
  const std::vector<std::string> texts{
      "The ferry leaves pier 4 at noon every day except on Sundays and holidays.",
      "the  ferry leaves pier 4 at noon every day, except on Sundays and holidays",
      "The ferry leaves pier 5 at dawn on Mondays.",
      "abc",
      "ABC",
      "",
      " "};
  Ranking ranking;
  for (std::size_t row = 0; row < texts.size(); ++row) ranking.push_back({row, 1});
  const auto text = [&](std::size_t row) { return texts[row]; };
  CHECK(rows(without_near_duplicates(ranking, text)) == Rows{0, 2, 3, 5});
  CHECK(rows(without_near_duplicates(ranking, text, 1.0)) == Rows{0, 1, 2, 3, 5});
}

TEST_CASE("passages to documents, each at its first passage") {
  const std::vector<ScoredPassage> passages{
      {{"b", "", "", 0, 0}, 3}, {{"a", "", "", 0, 0}, 2}, {{"b", "", "", 5, 9}, 1}};
  const auto documents = ranked_documents(passages);
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].id == "b");
  CHECK(documents[0].score == 3);
}

TEST_CASE("means by slice, and over all under the empty name") {
  RankingMeasures one, half;
  one.recall = one.ndcg = 1;
  half.recall = 0.5;
  const MeasuredQuery queries[] = {{"easy", one}, {"hard", half}, {"", half}};
  const auto slices = mean_by_slice(queries);
  REQUIRE(slices.size() == 3);
  CHECK(slices.at("").queries == 3);
  CHECK(slices.at("").mean.recall == doctest::Approx(2.0 / 3));
  CHECK(slices.at("hard").mean.ndcg == 0);
  CHECK(slices.at("easy").mean.recall == 1);
}
