#include "retrieval/retriever.h"

#include <algorithm>
#include <numeric>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "retrieval/product.h"
#include "retrieval/rank.h"

namespace quadrant {
namespace {

constexpr int kFewestCandidates = 100;
constexpr int kCandidatesPerHit = 5;

}  // namespace

const std::vector<std::string>& retrievers() {
  static const std::vector<std::string> names{"dense", "bm25", "hybrid"};
  return names;
}

bool uses_vectors(const SearchSettings& settings) {
  return settings.retriever != "bm25" || settings.mmr_lambda < 1;
}
bool uses_words(const SearchSettings& settings) { return settings.retriever != "dense"; }

Reranker by_pair_scorer(PairScorer& scorer) {
  return [&scorer](const std::string& question, std::span<const Passage> passages) {
    std::vector<std::string> texts;
    for (const Passage& passage : passages) texts.push_back(searched_text(passage));
    return scorer.score(question, texts);
  };
}

IndexRetriever::IndexRetriever(PassageIndex index, Embedder* embedder, SearchSettings settings)
    : index_(std::move(index)), embedder_(embedder), settings_(std::move(settings)) {
  QUADRANT_CHECK(!uses_words(settings_) || index_.lexical);
  if (settings_.shuffled) {
    shown_.resize(index_.passages.size());
    std::iota(shown_.begin(), shown_.end(), std::size_t{0});
    Rng(0, "shuffled index").shuffle(shown_);
  }
  if (!uses_vectors(settings_)) return;
  QUADRANT_CHECK(embedder_ && index_.dense);
  QUADRANT_CHECK(index_.recipe.embedder->hash == embedder_->hash());
}

// The rows of removed documents stay in the searches until a list is asked for that is longer by
// as many as there are.
std::vector<Ranking> IndexRetriever::dense(std::span<const std::string> questions,
                                           std::size_t count) const {
  const std::vector<float> queries = embedder_->embed_questions(questions);
  std::vector<Ranking> lists =
      index_.dense->search(queries, static_cast<int>(count + index_.removed_rows));
  for (Ranking& list : lists) list = live(std::move(list), count);
  return lists;
}

Ranking IndexRetriever::lexical(const std::string& question, std::size_t count) const {
  return index_.lexical->search(question, static_cast<int>(count));  // knows its removed rows
}

Ranking IndexRetriever::live(Ranking ranking, std::size_t count) const {
  std::erase_if(ranking, [&](const RankedRow& hit) { return index_.removed[hit.row]; });
  ranking.resize(std::min(count, ranking.size()));
  return ranking;
}

// The best are put into the reranker's order; the others follow below the lowest of them.
Ranking IndexRetriever::reranked(const std::string& question, Ranking ranking) const {
  const auto depth = std::min(static_cast<std::size_t>(settings_.rerank_depth), ranking.size());
  std::vector<Passage> passages;
  for (std::size_t i = 0; i < depth; ++i) passages.push_back(index_.passages.at(ranking[i].row));
  const std::vector<double> scores = settings_.rerank(question, passages);
  QUADRANT_CHECK(scores.size() == depth);
  for (std::size_t i = 0; i < depth; ++i) ranking[i].score = scores[i];
  std::sort(ranking.begin(), ranking.begin() + static_cast<std::ptrdiff_t>(depth), ranks_before);
  for (std::size_t i = depth; depth > 0 && i < ranking.size(); ++i) {
    ranking[i].score = ranking[i - 1].score - 1;
  }
  return ranking;
}

Ranking IndexRetriever::refined(const std::string& question, Ranking ranking, int k) const {
  if (settings_.rerank) ranking = reranked(question, std::move(ranking));
  if (settings_.drop_near_duplicates) {
    ranking = without_near_duplicates(
        ranking, [&](std::size_t row) { return searched_text(index_.passages.at(row)); });
  }
  if (settings_.mmr_lambda < 1) {
    const VectorTable& vectors = index_.dense->vectors();
    return maximal_marginal_relevance(ranking, settings_.mmr_lambda, k,
                                      [&](std::size_t row, std::size_t other) {
                                        return exact_product(vectors.row(row), vectors.row(other));
                                      });
  }
  ranking.resize(std::min(static_cast<std::size_t>(k), ranking.size()));
  return ranking;
}

std::vector<std::vector<ScoredPassage>> IndexRetriever::search(
    std::span<const std::string> questions, int k) {
  QUADRANT_CHECK(k > 0);
  if (questions.empty()) return {};
  const bool plain = settings_.retriever != "hybrid" && !settings_.rerank &&
                     !settings_.drop_near_duplicates && settings_.mmr_lambda >= 1;
  const auto count =
      static_cast<std::size_t>(plain ? k : std::max(kFewestCandidates, kCandidatesPerHit * k));
  std::vector<Ranking> nearest(questions.size());
  if (settings_.retriever != "bm25") nearest = dense(questions, count);
  std::vector<std::vector<ScoredPassage>> results;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Ranking ranking = std::move(nearest[i]);
    if (settings_.retriever == "bm25") ranking = lexical(questions[i], count);
    if (settings_.retriever == "hybrid") {
      const Ranking lists[] = {std::move(ranking), lexical(questions[i], count)};
      ranking = settings_.fusion == "rrf"
                    ? reciprocal_rank_fusion(lists)
                    : convex_combination(lists[0], lists[1], settings_.dense_weight);
    }
    auto& result = results.emplace_back();
    for (const RankedRow& hit : refined(questions[i], std::move(ranking), k)) {
      const std::size_t row = settings_.shuffled ? shown_[hit.row] : hit.row;
      result.push_back({index_.passages.at(row), hit.score});
    }
  }
  return results;
}

}  // namespace quadrant
