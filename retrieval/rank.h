// What is done with ranked lists of passages: fused, made diverse, cleared of near-duplicates.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "retrieval/ranking.h"

namespace quadrant {

// Sum over the lists of 1 / (constant + rank), rank from 1 (Cormack, Clarke and Buettcher 2009).
Ranking reciprocal_rank_fusion(std::span<const Ranking> lists, double constant = 60);

// alpha * first + (1 - alpha) * second, each list's scores brought to [0, 1] by its own lowest and
// highest (Bruch, Gai and Ingber 2023); a row that a list lacks has 0 there, as its lowest has.
Ranking convex_combination(const Ranking& first, const Ranking& second, double alpha);

// Maximal marginal relevance (Carbonell and Goldstein 1998): k rows, one after the other that with
// the highest lambda * score - (1 - lambda) * similarity to the nearest one taken before. The
// scores are brought to [0, 1]; similarities are between -1 and 1.
Ranking maximal_marginal_relevance(
    const Ranking& candidates, double lambda, int k,
    const std::function<double(std::size_t row, std::size_t other)>& similarity);

// Leaves out a row whose text is nearly that of a row before it: at least `threshold` of the
// different five-character pieces of both, lower case and without white space, are in both.
Ranking without_near_duplicates(const Ranking& ranking,
                                const std::function<std::string(std::size_t row)>& text,
                                double threshold = 0.8);

}  // namespace quadrant
