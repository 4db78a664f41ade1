// Search in an HNSW graph (Malkov and Yashunin 2016, algorithms 2 and 5) that FAISS has built, by
// the vectors in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "retrieval/byte_vectors.h"
#include "retrieval/ranking.h"

namespace faiss {
struct HNSW;
}

namespace quadrant {

// One per thread: it remembers which rows it has seen. Graph and vectors must outlive it.
class GraphSearch {
 public:
  GraphSearch(const faiss::HNSW& graph, const ByteVectors& vectors);

  // The best `count` of the `breadth` rows found, best first.
  Ranking nearest(std::span<const float> query, std::size_t count, std::size_t breadth);

 private:
  struct Seen {
    std::int32_t score, row;
  };
  // The products of the query with these rows, until the next call.
  std::span<const std::int32_t> score(std::span<const std::int32_t> rows);
  std::span<const std::int32_t> neighbours(std::int32_t row, int level) const;
  Seen descend();
  void mark_unseen(std::int32_t of);

  const faiss::HNSW& graph_;
  const ByteVectors& vectors_;
  FourByteProducts products_ = four_byte_products();
  std::vector<std::int16_t> query_;
  std::vector<std::uint8_t> seen_;
  std::vector<std::int32_t> touched_, fresh_, scores_;
};

}  // namespace quadrant
