// Exact nearest neighbours by inner product, on FAISS (IndexFlatIP; github.com/facebookresearch/
// faiss, 1.7.3).
//
// FAISS finds the candidates with BLAS, whose last bits change with the size of the batch, the
// library and the processor. Their scores are then computed again in double, one term after the
// other, and enough candidates are taken that no other row can belong to the result: so rows and
// scores depend on the two vectors only. Everything runs on the calling thread: at a barrier
// between threads a search waits for every other program on the machine.
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
  // std::exception when the bytes are not such an index with `rows` vectors.
  static DenseIndex parse(std::string_view bytes, int dimension, std::size_t rows);
  ~DenseIndex();
  DenseIndex(DenseIndex&&) noexcept;
  DenseIndex& operator=(DenseIndex&&) noexcept;

  int dimension() const;
  std::size_t size() const;
  void add(std::span<const float> rows);  // row-major [rows, dimension]

  // `queries` is row-major [queries, dimension], without NaN. One list per query: min(k, size())
  // hits by score, highest first, then by row.
  std::vector<std::vector<DenseHit>> search(std::span<const float> queries, int k) const;

  std::string serialize() const;  // FAISS's own file format

 private:
  explicit DenseIndex(std::unique_ptr<faiss::IndexFlat> index);
  void note_norms(std::size_t first_row);
  std::vector<DenseHit> rescored(std::span<const float> query, std::span<const DenseHit> candidates,
                                 std::size_t k, bool all_rows) const;

  std::unique_ptr<faiss::IndexFlat> index_;
  double longest_ = 0;  // largest length of a row
};

std::string faiss_version();  // "1.7.3"

}  // namespace quadrant
