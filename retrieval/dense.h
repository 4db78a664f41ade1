// Exact nearest neighbours by inner product, on FAISS (IndexFlatIP; github.com/facebookresearch/
// faiss, 1.7.3).
//
// Each pair of vectors is multiplied by the same instructions whatever the batch, and on the
// calling thread only: equal inputs give equal bits, and no thread waits at a barrier for a
// neighbour's turn on the processor.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faiss {
struct IndexFlat;
}

namespace quadrant {

struct DenseHit {
  std::size_t row = 0;  // in the order of add()
  double score = 0;     // inner product
};

class DenseIndex {
 public:
  explicit DenseIndex(int dimension);
  static DenseIndex parse(
      std::string_view bytes);  // std::exception when they are not such an index
  ~DenseIndex();
  DenseIndex(DenseIndex&&) noexcept;
  DenseIndex& operator=(DenseIndex&&) noexcept;

  int dimension() const;
  std::size_t size() const;
  void add(std::span<const float> rows);  // row-major [rows, dimension]

  // `queries` is row-major [queries, dimension]. One list per query: min(k, size()) hits by score,
  // highest first, then by row.
  std::vector<std::vector<DenseHit>> search(std::span<const float> queries, int k) const;

  std::string serialize() const;  // FAISS's own file format

 private:
  explicit DenseIndex(std::unique_ptr<faiss::IndexFlat> index);
  std::unique_ptr<faiss::IndexFlat> index_;
};

std::string faiss_version();  // "1.7.3"

}  // namespace quadrant
