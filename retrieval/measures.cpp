#include "retrieval/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "harness/core/error.h"

namespace quadrant {
namespace {

double gain(int grade) { return std::max(grade, 0); }
double discount(std::size_t rank) { return std::log2(static_cast<double>(rank) + 1); }

double ideal_gain(const Judgements& judgements, std::size_t k) {
  std::vector<int> grades;
  for (const auto& [id, grade] : judgements) grades.push_back(grade);
  std::sort(grades.rbegin(), grades.rend());
  double sum = 0;
  for (std::size_t i = 0; i < std::min(k, grades.size()); ++i)
    sum += gain(grades[i]) / discount(i + 1);
  return sum;
}

void add(RankingMeasures& sum, const RankingMeasures& more) {
  sum.recall += more.recall;
  sum.precision += more.precision;
  sum.ndcg += more.ndcg;
  sum.hit += more.hit;
  sum.reciprocal_rank += more.reciprocal_rank;
  sum.average_precision += more.average_precision;
}

RankingMeasures divided(const RankingMeasures& sum, double by) {
  return {sum.recall / by, sum.precision / by,       sum.ndcg / by,
          sum.hit / by,    sum.reciprocal_rank / by, sum.average_precision / by};
}

}  // namespace

std::vector<RankedDocument> ranked_documents(std::span<const ScoredPassage> passages) {
  std::vector<RankedDocument> documents;
  std::set<std::string> seen;
  for (const auto& [passage, score] : passages) {
    if (seen.insert(passage.doc_id).second) documents.push_back({passage.doc_id, score});
  }
  return documents;
}

RankingMeasures measure_ranking(const Judgements& judgements, std::vector<RankedDocument> ranking,
                                int k) {
  QUADRANT_CHECK(k > 0);
  const auto cut = static_cast<std::size_t>(k);
  std::sort(ranking.begin(), ranking.end(), [](const RankedDocument& a, const RankedDocument& b) {
    const auto first = static_cast<float>(a.score), second = static_cast<float>(b.score);
    return first != second ? first > second : a.id > b.id;
  });
  double relevant = 0;
  for (const auto& [id, grade] : judgements) relevant += grade >= 1;
  RankingMeasures result;
  if (relevant == 0) return result;
  double found = 0;
  for (std::size_t rank = 1; rank <= ranking.size(); ++rank) {
    const auto judged = judgements.find(ranking[rank - 1].id);
    const int grade = judged == judgements.end() ? 0 : judged->second;
    if (rank <= cut) result.ndcg += gain(grade) / discount(rank);
    if (grade < 1) continue;
    const double at = static_cast<double>(rank);
    result.average_precision += ++found / at;
    if (found == 1) result.reciprocal_rank = 1 / at;
    if (rank > cut) continue;
    result.hit = 1;
    result.recall = found / relevant;
    result.precision = found / k;
  }
  result.average_precision /= relevant;
  result.ndcg /= ideal_gain(judgements, cut);
  return result;
}

std::map<std::string, SliceMeasures> mean_by_slice(std::span<const MeasuredQuery> queries) {
  std::map<std::string, SliceMeasures> slices;
  const auto count = [&](const std::string& slice, const RankingMeasures& measures) {
    ++slices[slice].queries;
    add(slices[slice].mean, measures);
  };
  for (const MeasuredQuery& query : queries) {
    count("", query.measures);
    if (!query.slice.empty()) count(query.slice, query.measures);
  }
  for (auto& [name, slice] : slices) {
    slice.mean = divided(slice.mean, static_cast<double>(slice.queries));
  }
  return slices;
}

}  // namespace quadrant
