// What a context needs from retrieval, and the retriever over an index: dense, lexical or both.
//
// Order of work: search, fuse (hybrid), rerank, drop near-duplicates, make diverse, cut to k. Rows
// of removed documents never come out. The candidates are the 100 best of each search, or 5 k where
// that is more.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/types.h"
#include "retrieval/index.h"
#include "retrieval/ranking.h"

namespace quadrant {

class Retriever {
 public:
  virtual ~Retriever() = default;
  // One list per question, best first: at most k passages, fewer when there are fewer. Equal
  // scores stand in the order of the passages, so a result never depends on the batch.
  virtual std::vector<std::vector<ScoredPassage>> search(std::span<const std::string> questions,
                                                         int k) = 0;
};

// One score a passage, higher is better.
using Reranker = std::function<std::vector<double>(const std::string& question,
                                                   std::span<const Passage> passages)>;

// The scorer must outlive the result; it reads title and text of a passage.
Reranker by_pair_scorer(PairScorer& scorer);

struct SearchSettings {
  std::string retriever = "dense";  // dense | bm25 | hybrid
  std::string fusion = "rrf";       // hybrid: rrf | convex
  double dense_weight = 0.5;        // convex
  double mmr_lambda = 1;            // less than 1: maximal marginal relevance; needs vectors
  bool drop_near_duplicates = false;
  Reranker rerank = {};   // none: the search's own order
  int rerank_depth = 20;  // candidates that are reranked; the others come behind them
  bool shuffled = false;  // a placebo: every row shows the passage of another, by a fixed seed
};

const std::vector<std::string>& retrievers();  // dense, bm25, hybrid
bool uses_vectors(const SearchSettings& settings);
bool uses_words(const SearchSettings& settings);

// The embedder must outlive the retriever; it may be null where no vectors are used.
class IndexRetriever : public Retriever {
 public:
  IndexRetriever(PassageIndex index, Embedder* embedder, SearchSettings settings);
  std::vector<std::vector<ScoredPassage>> search(std::span<const std::string> questions,
                                                 int k) override;
  const PassageIndex& index() const { return index_; }

 private:
  std::vector<Ranking> dense(std::span<const std::string> questions, std::size_t count) const;
  Ranking lexical(const std::string& question, std::size_t count) const;
  Ranking live(Ranking ranking, std::size_t count) const;
  Ranking reranked(const std::string& question, Ranking ranking) const;
  Ranking refined(const std::string& question, Ranking ranking, int k) const;

  PassageIndex index_;
  Embedder* embedder_;
  SearchSettings settings_;
  std::vector<std::size_t> shown_;  // by row, when shuffled: whose passage it shows
};

}  // namespace quadrant
