// An approximate index as a FAISS factory string describes it: IVF, HNSW, PQ, SQ and what else
// faiss::index_factory() of version 1.7.3 understands, by inner product.
//
// The graph of a plain "HNSW32" is searched by ourselves, over the vectors in bytes: Debian builds
// FAISS for the oldest x86-64, where a product takes several times as long. Everything else is
// FAISS's own search.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "retrieval/byte_vectors.h"
#include "retrieval/ranking.h"
#include "retrieval/vectors.h"

namespace faiss {
struct Index;
}

namespace quadrant {

struct DenseSettings {
  std::string factory = "Flat";  // "Flat" is exact and needs no index of its own
  int nprobe = 16;               // IVF: lists that are looked at
  int ef_search = 64;            // HNSW: breadth of the search, k at least

  bool is_exact() const { return factory == "Flat"; }
  bool operator==(const DenseSettings&) const = default;
};

class NeighbourIndex {
 public:
  // Error when FAISS does not understand the factory string.
  NeighbourIndex(const DenseSettings& settings, int dimension);
  // Maps what FAISS can map (inverted lists), unless rows shall be added. std::exception when the
  // file is no index of this dimension.
  static NeighbourIndex load(const std::filesystem::path& file, const DenseSettings& settings,
                             int dimension, bool for_adding);
  ~NeighbourIndex();
  NeighbourIndex(NeighbourIndex&&) noexcept;
  NeighbourIndex& operator=(NeighbourIndex&&) noexcept;

  std::size_t size() const;
  bool needs_training() const;
  // Both on one thread, so that the result is always the same. train(): Error when there are too
  // few rows for its clusters. `go_on` sees the work done and the work there is, in products of two
  // numbers (0: not known); false: it said stop, and the index is not trained.
  using TrainingObserver = std::function<bool(std::size_t done, std::size_t total)>;
  bool train(const VectorTable& table, const TrainingObserver& go_on);
  void add(std::span<const float> rows);
  void save(const std::filesystem::path& file) const;

  // Once, before candidates(): `table` holds the rows that were added.
  void prepare_search(const VectorTable& table);
  // Some more rows for each query than the k wanted, ten times as many from a compressed index; all
  // that an IVF or HNSW search meets when those are fewer. On this thread.
  std::vector<Ranking> candidates(std::span<const float> queries, std::size_t k) const;

 private:
  NeighbourIndex(const DenseSettings& settings, std::unique_ptr<faiss::Index> index);
  void apply(const DenseSettings& settings);
  bool is_compressed() const;  // it does not keep the vectors as they are

  DenseSettings settings_;
  std::unique_ptr<faiss::Index> index_;
  std::optional<ByteVectors> bytes_;  // of a graph
};

std::string faiss_version();  // "1.7.3"

}  // namespace quadrant
