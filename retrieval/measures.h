// What a ranking is worth, by the rules of trec_eval (github.com/usnistgov/trec_eval, as
// pytrec_eval and BEIR use it).
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

using Judgements = std::map<std::string, int>;  // document -> grade; relevant from 1 on

struct RankedDocument {
  std::string id;
  double score = 0;
};

// Each document once, at the place of its first passage.
std::vector<RankedDocument> ranked_documents(std::span<const ScoredPassage> passages);

// All between 0 and 1. Recall, precision, nDCG and hit look at the first k; the others at the whole
// list. nDCG's gain is the grade itself (not 2^grade - 1), its discount log2(rank + 1).
struct RankingMeasures {
  double recall = 0, precision = 0, ndcg = 0, hit = 0;
  double reciprocal_rank = 0, average_precision = 0;
};

// As trec_eval, whatever the order of `ranking`: by score as a float, equal scores by the id that
// sorts last. Without a relevant document everything is 0.
RankingMeasures measure_ranking(const Judgements& judgements, std::vector<RankedDocument> ranking,
                                int k);

struct MeasuredQuery {
  std::string slice;
  RankingMeasures measures;
};
struct SliceMeasures {
  std::size_t queries = 0;
  RankingMeasures mean;
};
// By slice, and under "" over all.
std::map<std::string, SliceMeasures> mean_by_slice(std::span<const MeasuredQuery> queries);

}  // namespace quadrant
