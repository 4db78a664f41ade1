#include "retrieval/dense.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "harness/core/error.h"

namespace quadrant {
namespace {

// From 20 queries on FAISS hands the work to BLAS, whose sums depend on the size of the batch.
constexpr std::size_t kQueriesAtOnce = 16;

// libgomp's threads spin at their barriers: with one busy neighbour on the machine a search on two
// threads takes twenty times as long as on one.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
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

// Hits of a block of queries. FAISS does not say which of several equal scores it keeps at the end
// of a list, so lists are asked for longer until their last score is below the k-th.
std::vector<std::vector<DenseHit>> search_block(const faiss::IndexFlat& index,
                                                std::span<const float> queries, std::size_t k) {
  const auto total = static_cast<std::size_t>(index.ntotal);
  const std::size_t count = queries.size() / static_cast<std::size_t>(index.d);
  for (std::size_t asked = std::min(k + 1, total);; asked = std::min(2 * asked, total)) {
    std::vector<float> scores(count * asked);
    std::vector<std::int64_t> rows(count * asked);
    index.search(static_cast<std::int64_t>(count), queries.data(), static_cast<std::int64_t>(asked),
                 scores.data(), rows.data());
    bool complete = true;
    std::vector<std::vector<DenseHit>> hits(count);
    for (std::size_t q = 0; q < count; ++q) {
      for (std::size_t i = q * asked; i < (q + 1) * asked; ++i) {
        QUADRANT_CHECK(rows[i] >= 0);  // not so only when a vector holds a NaN
        hits[q].push_back({static_cast<std::size_t>(rows[i]), scores[i]});
      }
      std::sort(hits[q].begin(), hits[q].end(), ranks_before);
      if (asked < total && hits[q].back().score == hits[q][k - 1].score) complete = false;
      hits[q].resize(std::min(k, hits[q].size()));
    }
    if (complete) return hits;
  }
}

}  // namespace

DenseIndex::DenseIndex(int dimension) : index_(std::make_unique<faiss::IndexFlatIP>(dimension)) {}
DenseIndex::DenseIndex(std::unique_ptr<faiss::IndexFlat> index) : index_(std::move(index)) {}
DenseIndex::~DenseIndex() = default;
DenseIndex::DenseIndex(DenseIndex&&) noexcept = default;
DenseIndex& DenseIndex::operator=(DenseIndex&&) noexcept = default;

DenseIndex DenseIndex::parse(std::string_view bytes) {
  ViewReader reader(bytes);
  std::unique_ptr<faiss::Index> read(faiss::read_index(&reader));
  auto* flat = dynamic_cast<faiss::IndexFlat*>(read.get());
  if (!flat || flat->metric_type != faiss::METRIC_INNER_PRODUCT) {
    throw std::runtime_error("not a flat inner-product index");
  }
  const auto floats = static_cast<std::size_t>(flat->ntotal) * static_cast<std::size_t>(flat->d);
  if (flat->codes.size() != floats * sizeof(float)) {
    throw std::runtime_error("not as many vectors as it says");
  }
  read.release();
  return DenseIndex(std::unique_ptr<faiss::IndexFlat>(flat));
}

int DenseIndex::dimension() const { return index_->d; }
std::size_t DenseIndex::size() const { return static_cast<std::size_t>(index_->ntotal); }

void DenseIndex::add(std::span<const float> rows) {
  const auto width = static_cast<std::size_t>(dimension());
  QUADRANT_CHECK(rows.size() % width == 0);
  index_->add(static_cast<std::int64_t>(rows.size() / width), rows.data());
}

std::vector<std::vector<DenseHit>> DenseIndex::search(std::span<const float> queries, int k) const {
  const auto width = static_cast<std::size_t>(dimension());
  QUADRANT_CHECK(queries.size() % width == 0 && k > 0);
  std::vector<std::vector<DenseHit>> hits;
  if (size() == 0) {
    hits.resize(queries.size() / width);
    return hits;
  }
  const OneThread guard;
  const std::size_t block = kQueriesAtOnce * width;
  for (std::size_t at = 0; at < queries.size(); at += block) {
    const auto part = queries.subspan(at, std::min(block, queries.size() - at));
    auto more = search_block(*index_, part, static_cast<std::size_t>(k));
    std::move(more.begin(), more.end(), std::back_inserter(hits));
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
