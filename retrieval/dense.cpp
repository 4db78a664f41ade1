#include "retrieval/dense.h"

#include <dlfcn.h>
#include <faiss/IndexFlat.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>
#include <faiss/utils/distances.h>
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr std::size_t kQueriesAtOnce = 256;  // bounds the memory of the lists
constexpr std::size_t kSpareCandidates = 8;  // so that most lists are complete at the first try

// One thread for OpenMP (FAISS itself, and a BLAS that uses it) and for OpenBLAS with threads of
// its own, which is found by name because the BLAS is chosen when the program is linked.
class OneThread {
 public:
  OneThread() : openmp_before_(omp_get_max_threads()) {
    omp_set_num_threads(1);
    if (get_ && set_) {
      openblas_before_ = get_();
      set_(1);
    }
  }
  ~OneThread() {
    omp_set_num_threads(openmp_before_);
    if (get_ && set_) set_(openblas_before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  using Get = int (*)();
  using Set = void (*)(int);
  Get get_ = reinterpret_cast<Get>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  Set set_ = reinterpret_cast<Set>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  int openmp_before_, openblas_before_ = 1;
};

class ViewReader : public faiss::IOReader {
 public:
  explicit ViewReader(std::string_view bytes) : rest_(bytes) {}
  size_t operator()(void* target, size_t size, size_t items) override {
    const size_t whole = size == 0 ? 0 : std::min(items, rest_.size() / size);
    if (whole > 0) std::memcpy(target, rest_.data(), whole * size);
    rest_.remove_prefix(whole * size);
    return whole;
  }

 private:
  std::string_view rest_;
};

class StringWriter : public faiss::IOWriter {
 public:
  size_t operator()(const void* source, size_t size, size_t items) override {
    if (size * items > 0) bytes.append(static_cast<const char*>(source), size * items);
    return items;
  }
  std::string bytes;
};

bool ranks_before(const DenseHit& a, const DenseHit& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

// Terms in order, so that the sum is the same wherever the row stands.
double exact_product(const float* a, const float* b, std::size_t width) {
  double sum = 0;
  for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// The best `asked` rows of each query by FAISS's own scores, best first.
std::vector<std::vector<DenseHit>> candidates(const faiss::IndexFlat& index,
                                              std::span<const float> queries, std::size_t asked) {
  const std::size_t count = queries.size() / static_cast<std::size_t>(index.d);
  std::vector<float> scores(count * asked);
  std::vector<std::int64_t> rows(count * asked);
  index.search(static_cast<std::int64_t>(count), queries.data(), static_cast<std::int64_t>(asked),
               scores.data(), rows.data());
  std::vector<std::vector<DenseHit>> hits(count);
  for (std::size_t i = 0; i < count * asked; ++i) {
    QUADRANT_CHECK(rows[i] >= 0);  // not so only when a vector holds a NaN
    hits[i / asked].push_back({static_cast<std::size_t>(rows[i]), scores[i]});
  }
  return hits;
}

}  // namespace

DenseIndex::DenseIndex(int dimension) : index_(std::make_unique<faiss::IndexFlatIP>(dimension)) {}
DenseIndex::DenseIndex(std::unique_ptr<faiss::IndexFlat> index) : index_(std::move(index)) {}
DenseIndex::~DenseIndex() = default;
DenseIndex::DenseIndex(DenseIndex&&) noexcept = default;
DenseIndex& DenseIndex::operator=(DenseIndex&&) noexcept = default;

DenseIndex DenseIndex::parse(std::string_view bytes, int dimension, std::size_t rows) {
  // FAISS 1.7.3 leaks what it has read of a file that ends too early: it never sees one.
  const std::size_t vectors = rows * static_cast<std::size_t>(dimension) * sizeof(float);
  if (bytes.size() != DenseIndex(dimension).serialize().size() + vectors) {
    throw std::runtime_error("it has the wrong length for its number of vectors");
  }
  ViewReader reader(bytes);
  std::unique_ptr<faiss::Index> read(faiss::read_index(&reader));
  auto* flat = dynamic_cast<faiss::IndexFlat*>(read.get());
  if (!flat || flat->metric_type != faiss::METRIC_INNER_PRODUCT || flat->d != dimension ||
      flat->ntotal != static_cast<std::int64_t>(rows) || flat->codes.size() != vectors) {
    throw std::runtime_error("it is not a flat inner-product index of these vectors");
  }
  static_cast<void>(read.release());  // `flat` is the same object
  DenseIndex index{std::unique_ptr<faiss::IndexFlat>(flat)};
  index.note_norms(0);
  return index;
}

int DenseIndex::dimension() const { return index_->d; }
std::size_t DenseIndex::size() const { return static_cast<std::size_t>(index_->ntotal); }

void DenseIndex::add(std::span<const float> rows) {
  const auto width = static_cast<std::size_t>(dimension());
  QUADRANT_CHECK(rows.size() % width == 0);
  const std::size_t before = size();
  index_->add(static_cast<std::int64_t>(rows.size() / width), rows.data());
  note_norms(before);
}

void DenseIndex::note_norms(std::size_t first_row) {
  const auto width = static_cast<std::size_t>(dimension());
  for (std::size_t row = first_row; row < size(); ++row) {
    const float* vector = index_->get_xb() + row * width;
    longest_ = std::max(longest_, std::sqrt(exact_product(vector, vector, width)));
  }
}

// Empty when a row that is no candidate could still belong to the first k.
std::vector<DenseHit> DenseIndex::rescored(std::span<const float> query,
                                           std::span<const DenseHit> candidates, std::size_t k,
                                           bool all_rows) const {
  std::vector<DenseHit> hits(candidates.begin(), candidates.end());
  for (DenseHit& hit : hits) {
    hit.score =
        exact_product(query.data(), index_->get_xb() + hit.row * query.size(), query.size());
  }
  std::sort(hits.begin(), hits.end(), ranks_before);
  // Bound on the rounding of a float sum in any order (Higham, Accuracy and Stability, 3.1).
  const double length = std::sqrt(exact_product(query.data(), query.data(), query.size()));
  const double rounding =
      static_cast<double>(query.size() + 1) * FLT_EPSILON * length * longest_ + FLT_MIN;
  if (!all_rows && hits[k - 1].score <= candidates.back().score + rounding) return {};
  hits.resize(std::min(k, hits.size()));
  return hits;
}

std::vector<std::vector<DenseHit>> DenseIndex::search(std::span<const float> queries, int k) const {
  const auto width = static_cast<std::size_t>(dimension());
  QUADRANT_CHECK(queries.size() % width == 0 && k > 0);
  std::vector<std::vector<DenseHit>> hits(queries.size() / width);
  if (size() == 0) return hits;
  // FAISS multiplies fewer than 20 queries without BLAS: in a baseline build at half the speed.
  [[maybe_unused]] static const int always_blas = faiss::distance_compute_blas_threshold = 1;
  const OneThread guard;
  const auto wanted = static_cast<std::size_t>(k);
  const std::size_t first_try = std::min(wanted + kSpareCandidates, size());
  for (std::size_t first = 0; first < hits.size(); first += kQueriesAtOnce) {
    const std::size_t count = std::min(kQueriesAtOnce, hits.size() - first);
    const auto lists =
        candidates(*index_, queries.subspan(first * width, count * width), first_try);
    for (std::size_t i = 0; i < count; ++i) {
      const auto query = queries.subspan((first + i) * width, width);
      auto& result = hits[first + i] = rescored(query, lists[i], wanted, first_try == size());
      for (std::size_t asked = first_try; result.empty();) {
        asked = std::min(2 * asked, size());
        result = rescored(query, candidates(*index_, query, asked)[0], wanted, asked == size());
      }
    }
  }
  return hits;
}

std::string DenseIndex::serialize() const {
  StringWriter writer;
  faiss::write_index(index_.get(), &writer);
  return std::move(writer.bytes);
}

std::string faiss_version() {
  return fmt::format("{}.{}.{}", FAISS_VERSION_MAJOR, FAISS_VERSION_MINOR, FAISS_VERSION_PATCH);
}

}  // namespace quadrant
