// Nearest neighbours by inner product, exact or approximate.
//
// Exact: blocks of rows go through BLAS (by FAISS; github.com/facebookresearch/faiss, 1.7.3), or
// through a product of our own for a few queries, on all cores. Float sums change in their last
// bits with the batch, the library and the processor. So the scores of the candidates are computed
// again in double, one term after the other, and enough candidates are taken that no other row can
// belong to the result: rows and scores depend on the two vectors only.
//
// Approximate: the candidates come from the index that a FAISS factory string describes, and their
// scores are computed again in the same way. Compressed kinds (PQ, SQ) give ten candidates for each
// hit, so that the vectors themselves decide among them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "retrieval/neighbours.h"
#include "retrieval/ranking.h"
#include "retrieval/vectors.h"

namespace quadrant {

// Products on a device that holds the vectors, such as a GPU: retrieval itself knows none.
class DeviceSearch {
 public:
  virtual ~DeviceSearch() = default;
  // For each query the `count` best rows (as many as there are at most) by float inner product,
  // best first; equal products in any order.
  virtual std::vector<Ranking> best(std::span<const float> queries, std::size_t count) const = 0;
};
using DeviceSearchMaker = std::function<std::unique_ptr<DeviceSearch>(const VectorTable& rows)>;

class DenseIndex {
 public:
  explicit DenseIndex(VectorTable vectors);                    // exact
  DenseIndex(VectorTable vectors, NeighbourIndex neighbours);  // over the same rows

  int dimension() const { return vectors_.dimension(); }
  std::size_t size() const { return vectors_.size(); }
  const VectorTable& vectors() const { return vectors_; }
  bool is_exact() const { return !neighbours_; }
  // Exact searches take their candidates from there; the results are the same to the last bit.
  void use_device(const DeviceSearchMaker& maker) { device_ = maker(vectors_); }

  // `queries` is row-major [queries, dimension], without NaN. One list per query: min(k, size())
  // hits by score, then by row; an approximate index may find fewer.
  std::vector<Ranking> search(std::span<const float> queries, int k) const;
  std::vector<Ranking> exact_search(std::span<const float> queries, int k) const;

 private:
  std::vector<Ranking> approximate_search(std::span<const float> queries, int k) const;
  Ranking rescored(std::span<const float> query, Ranking candidates, std::size_t k,
                   bool all_rows) const;
  std::vector<Ranking> float_candidates(std::span<const float> queries, std::size_t asked) const;

  VectorTable vectors_;
  std::optional<NeighbourIndex> neighbours_;
  std::unique_ptr<DeviceSearch> device_;
  double longest_ = 0;  // largest length of a row
};

// The share of the k nearest rows, the row itself aside, that search() finds for `samples` rows
// drawn by a fixed seed. 1 for an exact index or fewer than two rows.
double recall_against_exact(const DenseIndex& index, int k, std::size_t samples);

}  // namespace quadrant
