// Synthetic passages and their vectors, for the benches of retrieval.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "retrieval/dense.h"

namespace quadrant::bench {

inline constexpr int kWidth = 384;

double seconds_of(const std::function<void()>& work);

struct Times {  // milliseconds
  double p50, p95;
};
Times milliseconds_each(std::size_t queries, const std::function<void(std::size_t)>& ask);

// Points of length 1 around 2,000 centres, as the embeddings of texts on many subjects are.
void append_vector(std::uint64_t number, std::vector<float>& rows);

// Its number and thirty words, common ones more often.
std::string text_of(std::uint64_t number);

// A file of such vectors: its last `count` rows ask, the `searched` ones before them are searched.
struct Data {
  VectorTable file;
  std::size_t rows;
  std::span<const float> queries;
  Data(const std::string& name, std::size_t searched, std::size_t count);
  VectorTable base() const;
  std::span<const float> query(std::size_t i) const { return queries.subspan(i * kWidth, kWidth); }
  std::size_t count() const { return queries.size() / kWidth; }
};
void write_vectors(const std::string& file, std::size_t count);

// HNSW32 over the rows of `data`, kept in /tmp.
DenseIndex graph_index(const Data& data, int breadth);

}  // namespace quadrant::bench
