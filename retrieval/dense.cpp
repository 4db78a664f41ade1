#include "retrieval/dense.h"

#include <faiss/utils/distances.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <mutex>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "retrieval/parallel.h"
#include "retrieval/product.h"

namespace quadrant {
namespace {

constexpr std::size_t kQueriesAtOnce = 256;  // bounds the memory of the lists
constexpr std::size_t kRowsAtOnce = 8192;    // one piece of work of an exact search
constexpr std::size_t kPieceQueries = 16;    // one piece of work of an approximate search
constexpr std::size_t kFewQueries = 4;       // up to here a plain product beats a matrix product
constexpr std::size_t kSpareCandidates = 8;  // so that most lists are complete at the first try

using Lists = std::vector<Ranking>;

void keep_best(Ranking& list, std::size_t count) {
  count = std::min(count, list.size());
  std::partial_sort(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count), list.end(),
                    ranks_before);
  list.resize(count);
}

// One block of rows against one query, product by product.
Ranking best_by_product(const VectorTable& table, std::span<const float> query, std::size_t first,
                        std::size_t count, std::size_t asked) {
  const Product product = fast_product();
  Ranking best;  // a heap with the worst on top
  for (std::size_t row = first; row < first + count; ++row) {
    const RankedRow hit{row, product(query.data(), table.row(row).data(), query.size())};
    if (best.size() == asked) {
      if (!ranks_before(hit, best.front())) continue;
      std::pop_heap(best.begin(), best.end(), ranks_before);
      best.pop_back();
    }
    best.push_back(hit);
    std::push_heap(best.begin(), best.end(), ranks_before);
  }
  return best;
}

Lists best_by_blas(const VectorTable& table, std::span<const float> queries, std::size_t first,
                   std::size_t count, std::size_t asked) {
  // FAISS multiplies fewer than 20 queries without BLAS: in a baseline build at half the speed.
  [[maybe_unused]] static const int always_blas = faiss::distance_compute_blas_threshold = 1;
  const auto width = static_cast<std::size_t>(table.dimension());
  const std::size_t many = queries.size() / width;
  asked = std::min(asked, count);
  std::vector<float> scores(many * asked);
  std::vector<std::int64_t> rows(many * asked);
  faiss::knn_inner_product(queries.data(), table.row(first).data(), width, many, count, asked,
                           scores.data(), rows.data());
  Lists lists(many);
  for (std::size_t i = 0; i < many * asked; ++i) {
    QUADRANT_CHECK(rows[i] >= 0);  // not so only when a vector holds a NaN
    lists[i / asked].push_back({first + static_cast<std::size_t>(rows[i]), scores[i]});
  }
  return lists;
}

// The best `asked` rows of each query by float scores, best first.
Lists best_on_all_cores(const VectorTable& table, std::span<const float> queries,
                        std::size_t asked) {
  const auto width = static_cast<std::size_t>(table.dimension());
  Lists lists(queries.size() / width);
  std::mutex mutex;
  const std::size_t blocks = (table.size() + kRowsAtOnce - 1) / kRowsAtOnce;
  for_each_parallel(blocks, [&](std::size_t block) {
    const std::size_t first = block * kRowsAtOnce;
    const std::size_t count = std::min(kRowsAtOnce, table.size() - first);
    Lists found;
    if (lists.size() > kFewQueries) {
      found = best_by_blas(table, queries, first, count, asked);
    } else {
      for (std::size_t i = 0; i < lists.size(); ++i) {
        found.push_back(
            best_by_product(table, queries.subspan(i * width, width), first, count, asked));
      }
    }
    const std::lock_guard lock(mutex);
    for (std::size_t i = 0; i < lists.size(); ++i) {
      lists[i].insert(lists[i].end(), found[i].begin(), found[i].end());
    }
  });
  for (Ranking& list : lists) keep_best(list, asked);
  return lists;
}

}  // namespace

DenseIndex::DenseIndex(VectorTable vectors) : vectors_(std::move(vectors)) {
  for (std::size_t row = 0; row < size(); ++row) {
    longest_ = std::max(longest_, std::sqrt(exact_product(vectors_.row(row), vectors_.row(row))));
  }
}

DenseIndex::DenseIndex(VectorTable vectors, NeighbourIndex neighbours)
    : DenseIndex(std::move(vectors)) {
  neighbours_ = std::move(neighbours);
  neighbours_->prepare_search(vectors_);
}

// Empty when a row that is no candidate could still belong to the first k.
Ranking DenseIndex::rescored(std::span<const float> query, Ranking candidates, std::size_t k,
                             bool all_rows) const {
  const double worst = candidates.empty() ? 0 : candidates.back().score;
  std::vector<const float*> rows;
  for (const RankedRow& hit : candidates) rows.push_back(vectors_.row(hit.row).data());
  const std::vector<double> scores = exact_products(query, rows);
  for (std::size_t i = 0; i < scores.size(); ++i) candidates[i].score = scores[i];
  std::sort(candidates.begin(), candidates.end(), ranks_before);
  if (all_rows) {
    candidates.resize(std::min(k, candidates.size()));
    return candidates;
  }
  // Bound on the rounding of a float sum in any order (Higham, Accuracy and Stability, 3.1).
  const double length = std::sqrt(exact_product(query, query));
  const double rounding =
      static_cast<double>(query.size() + 1) * FLT_EPSILON * length * longest_ + FLT_MIN;
  if (candidates[k - 1].score <= worst + rounding) return {};
  candidates.resize(k);
  return candidates;
}

Lists DenseIndex::float_candidates(std::span<const float> queries, std::size_t asked) const {
  return device_ ? device_->best(queries, asked) : best_on_all_cores(vectors_, queries, asked);
}

std::vector<Ranking> DenseIndex::exact_search(std::span<const float> queries, int k) const {
  const auto width = static_cast<std::size_t>(dimension());
  QUADRANT_CHECK(queries.size() % width == 0 && k > 0);
  Lists hits(queries.size() / width);
  if (size() == 0) return hits;
  const auto wanted = static_cast<std::size_t>(k);
  const std::size_t first_try = std::min(wanted + kSpareCandidates, size());
  for (std::size_t first = 0; first < hits.size(); first += kQueriesAtOnce) {
    const std::size_t count = std::min(kQueriesAtOnce, hits.size() - first);
    Lists lists = float_candidates(queries.subspan(first * width, count * width), first_try);
    for (std::size_t i = 0; i < count; ++i) {
      const auto query = queries.subspan((first + i) * width, width);
      auto& result = hits[first + i] =
          rescored(query, std::move(lists[i]), wanted, first_try == size());
      for (std::size_t asked = first_try; result.empty();) {
        asked = std::min(2 * asked, size());
        result = rescored(query, float_candidates(query, asked)[0], wanted, asked == size());
      }
    }
  }
  return hits;
}

std::vector<Ranking> DenseIndex::approximate_search(std::span<const float> queries, int k) const {
  const auto width = static_cast<std::size_t>(dimension());
  const auto wanted = static_cast<std::size_t>(k);
  const std::size_t many = queries.size() / width;
  Lists lists(many);
  for_each_parallel((many + kPieceQueries - 1) / kPieceQueries, [&](std::size_t piece) {
    const std::size_t first = piece * kPieceQueries;
    const std::size_t count = std::min(kPieceQueries, many - first);
    Lists found = neighbours_->candidates(queries.subspan(first * width, count * width), wanted);
    for (std::size_t i = 0; i < count; ++i) {
      lists[first + i] = rescored(queries.subspan((first + i) * width, width), std::move(found[i]),
                                  wanted, /*all_rows=*/true);
    }
  });
  return lists;
}

std::vector<Ranking> DenseIndex::search(std::span<const float> queries, int k) const {
  if (is_exact() || size() == 0) return exact_search(queries, k);
  QUADRANT_CHECK(queries.size() % static_cast<std::size_t>(dimension()) == 0 && k > 0);
  return approximate_search(queries, k);
}

double recall_against_exact(const DenseIndex& index, int k, std::size_t samples) {
  if (index.is_exact() || index.size() < 2) return 1;
  Rng rng(0, "recall");
  std::vector<std::size_t> rows(std::min(samples, index.size()));
  std::vector<float> queries;
  for (std::size_t& row : rows) {
    row = rng.below(index.size());
    const auto vector = index.vectors().row(row);
    queries.insert(queries.end(), vector.begin(), vector.end());
  }
  const auto exact = index.exact_search(queries, k + 1), found = index.search(queries, k + 1);
  double common = 0, all = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const RankedRow& wanted : exact[i]) {
      if (wanted.row == rows[i]) continue;
      all += 1;
      common += std::any_of(found[i].begin(), found[i].end(),
                            [&](const RankedRow& hit) { return hit.row == wanted.row; });
    }
  }
  return common / all;
}

}  // namespace quadrant
