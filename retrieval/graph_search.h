// Search in an HNSW graph (Malkov and Yashunin 2016, algorithms 2 and 5) that FAISS has built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/product.h"
#include "retrieval/ranking.h"
#include "retrieval/vectors.h"

namespace faiss {
struct HNSW;
}

namespace quadrant {

// One per thread: it remembers which rows it has seen. Graph and table must outlive it.
class GraphSearch {
 public:
  GraphSearch(const faiss::HNSW& graph, const VectorTable& table);

  // The best `count` of the `breadth` rows found, by float inner product, best first.
  Ranking nearest(std::span<const float> query, std::size_t count, std::size_t breadth);

 private:
  struct Seen {
    float score;
    std::int32_t row;
  };
  float score(std::span<const float> query, std::int32_t row) const;
  std::span<const std::int32_t> neighbours(std::int32_t row, int level) const;
  Seen descend(std::span<const float> query) const;
  void fetch(std::span<const std::int32_t> rows) const;

  const faiss::HNSW& graph_;
  const float* rows_;
  std::size_t width_;
  Product product_;
  std::vector<std::uint8_t> seen_;
  std::vector<std::int32_t> touched_;
};

}  // namespace quadrant
