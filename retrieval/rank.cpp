#include "retrieval/rank.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>

#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

constexpr std::size_t kShingle = 5;  // characters

Ranking sorted(const std::map<std::size_t, double>& scores) {
  Ranking ranking;
  for (const auto& [row, score] : scores) ranking.push_back({row, score});
  std::sort(ranking.begin(), ranking.end(), ranks_before);
  return ranking;
}

// Scores brought to [0, 1]; all equal: all 1.
Ranking min_max(Ranking ranking) {
  if (ranking.empty()) return ranking;
  const auto [low, high] =
      std::minmax_element(ranking.begin(), ranking.end(),
                          [](const RankedRow& a, const RankedRow& b) { return a.score < b.score; });
  const double lowest = low->score, range = high->score - lowest;
  for (RankedRow& hit : ranking) hit.score = range > 0 ? (hit.score - lowest) / range : 1;
  return ranking;
}

// Hashes of the different pieces, ascending.
std::vector<std::uint64_t> shingles(const std::string& text) {
  std::vector<char32_t> letters = decode_utf8(to_lower(text));
  std::erase_if(letters, [](char32_t c) { return is_space(c); });
  std::vector<std::uint64_t> hashes;
  const std::size_t length = std::min(kShingle, letters.size());
  for (std::size_t i = 0; length > 0 && i + length <= letters.size(); ++i) {
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a
    for (std::size_t j = i; j < i + length; ++j) hash = (hash ^ letters[j]) * 1099511628211ULL;
    hashes.push_back(hash);
  }
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

bool nearly_equal(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b,
                  double threshold) {
  std::vector<std::uint64_t> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  const auto common = static_cast<double>(both.size());
  const double all = static_cast<double>(a.size()) + static_cast<double>(b.size()) - common;
  return all == 0 || common >= threshold * all;
}

}  // namespace

Ranking reciprocal_rank_fusion(std::span<const Ranking> lists, double constant) {
  std::map<std::size_t, double> scores;
  for (const Ranking& list : lists) {
    double rank = constant;
    for (const RankedRow& hit : list) scores[hit.row] += 1 / ++rank;
  }
  return sorted(scores);
}

Ranking convex_combination(const Ranking& first, const Ranking& second, double alpha) {
  std::map<std::size_t, double> scores;
  for (const RankedRow& hit : min_max(first)) scores[hit.row] += alpha * hit.score;
  for (const RankedRow& hit : min_max(second)) scores[hit.row] += (1 - alpha) * hit.score;
  return sorted(scores);
}

Ranking maximal_marginal_relevance(
    const Ranking& candidates, double lambda, int k,
    const std::function<double(std::size_t row, std::size_t other)>& similarity) {
  QUADRANT_CHECK(k > 0);
  Ranking taken, left = min_max(candidates);
  std::vector<double> nearest(left.size(), -1);
  std::vector<std::size_t> open(left.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  while (!open.empty() && taken.size() < static_cast<std::size_t>(k)) {
    const auto value = [&](std::size_t i) {
      const double alike = taken.empty() ? 0 : nearest[i];
      return RankedRow{left[i].row, lambda * left[i].score - (1 - lambda) * alike};
    };
    const auto best = std::min_element(open.begin(), open.end(), [&](std::size_t a, std::size_t b) {
      return ranks_before(value(a), value(b));
    });
    taken.push_back(value(*best));
    open.erase(best);
    for (const std::size_t i : open) {
      nearest[i] = std::max(nearest[i], similarity(left[i].row, taken.back().row));
    }
  }
  return taken;
}

Ranking without_near_duplicates(const Ranking& ranking,
                                const std::function<std::string(std::size_t row)>& text,
                                double threshold) {
  Ranking kept;
  std::vector<std::vector<std::uint64_t>> seen;
  for (const RankedRow& hit : ranking) {
    auto pieces = shingles(text(hit.row));
    const bool repeats = std::any_of(seen.begin(), seen.end(), [&](const auto& other) {
      return nearly_equal(pieces, other, threshold);
    });
    if (repeats) continue;
    kept.push_back(hit);
    seen.push_back(std::move(pieces));
  }
  return kept;
}

}  // namespace quadrant
