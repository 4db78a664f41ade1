// Many clusters of which many are alike: they are drawn by kind, not one by one.
//
// Scores that are right or wrong give clusters few sums. Drawing G clusters with replacement then
// draws how many there are of each kind: the same distribution, in a time that does not grow with
// G.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/core/rng.h"

namespace quadrant {

// How many of n trials succeed, each with chance p; in a time that does not grow with n.
std::uint64_t binomial(Rng& rng, std::uint64_t n, double p);

struct AlikeRows {
  std::vector<std::vector<double>> rows;  // each kind once
  std::vector<std::uint64_t> counts;      // how many there are of it
};

// Nothing for fewer than 500 rows, which are drawn one by one, and where few are alike.
std::optional<AlikeRows> alike_rows(std::vector<std::vector<double>> rows);

// As many rows as there are, with replacement: how often each kind comes.
void draw_alike(Rng& rng, const AlikeRows& alike, std::vector<std::uint64_t>& drawn);

}  // namespace quadrant
