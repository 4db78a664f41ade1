#include "retrieval/neighbours.h"

#include <faiss/IVFlib.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPQ.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <faiss/utils/distances.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "retrieval/graph_search.h"
#include "retrieval/parallel.h"

namespace quadrant {
namespace {

constexpr std::size_t kTrainingRows = 200'000;  // FAISS's clusters want 39 to 256 rows each
constexpr std::size_t kCompressedFactor = 10;   // candidates for each hit
constexpr std::size_t kSpare = 8;               // candidates more than hits

const faiss::IndexHNSWFlat* as_graph(const faiss::Index& index) {
  return dynamic_cast<const faiss::IndexHNSWFlat*>(&index);
}

std::vector<float> training_rows(const VectorTable& table) {
  std::vector<float> rows;
  Rng rng(0, "training rows");
  const std::size_t wanted = std::min(kTrainingRows, table.size());
  std::size_t left = table.size(), open = wanted;
  for (std::size_t row = 0; row < table.size(); ++row, --left) {  // Knuth's selection sampling
    if (rng.below(left) >= open) continue;
    const auto vector = table.row(row);
    rows.insert(rows.end(), vector.begin(), vector.end());
    --open;
  }
  return rows;
}

// One k-means after the other, as FAISS trains. It asks whether to stop after each pass over the
// rows that it samples, and within one after each block of rows.
struct Clustering {
  std::size_t questions = 0, work_between = 0;
};

Clustering clustering(const faiss::ClusteringParameters& settings, std::size_t runs,
                      std::size_t rows, std::size_t centroids, std::size_t width) {
  rows = std::min(rows, centroids * static_cast<std::size_t>(settings.max_points_per_centroid));
  const auto block = static_cast<std::size_t>(faiss::distance_compute_blas_query_bs);
  const std::size_t in_a_pass = 1 + (rows + block - 1) / block;
  const auto passes = static_cast<std::size_t>(settings.niter * settings.nredo);
  return {runs * passes * in_a_pass, rows * centroids * width / in_a_pass};
}

// Of the indexes whose training takes long; none for another kind.
std::vector<Clustering> clusterings(faiss::Index& index, std::size_t rows) {
  std::vector<Clustering> list;
  const faiss::IndexIVF* lists = faiss::ivflib::try_extract_index_ivf(&index);
  if (!lists) return list;
  list.push_back(clustering(lists->cp, 1, rows, lists->nlist, static_cast<std::size_t>(lists->d)));
  if (const auto* product = dynamic_cast<const faiss::IndexIVFPQ*>(lists)) {
    list.push_back(
        clustering(product->pq.cp, product->pq.M, rows, product->pq.ksub, product->pq.dsub));
  }
  return list;
}

class TrainingWatch : public faiss::InterruptCallback {
 public:
  TrainingWatch(std::vector<Clustering> list, const NeighbourIndex::TrainingObserver& go_on,
                bool& stopped)
      : list_(std::move(list)), go_on_(go_on), stopped_(stopped) {
    for (const Clustering& one : list_) total_ += one.questions * one.work_between;
  }
  bool want_interrupt() override {
    if (at_ < list_.size()) {
      done_ += list_[at_].work_between;
      if (++asked_ == list_[at_].questions) ++at_, asked_ = 0;
    }
    stopped_ = !go_on_(done_, total_);
    return stopped_;
  }

 private:
  std::vector<Clustering> list_;
  const NeighbourIndex::TrainingObserver& go_on_;
  bool& stopped_;
  std::size_t at_ = 0, asked_ = 0, done_ = 0, total_ = 0;
};

}  // namespace

NeighbourIndex::NeighbourIndex(const DenseSettings& settings, int dimension) {
  try {
    index_.reset(
        faiss::index_factory(dimension, settings.factory.c_str(), faiss::METRIC_INNER_PRODUCT));
    apply(settings);
  } catch (const std::exception& failure) {
    throw Error(fmt::format("FAISS does not understand the index \"{}\" for {} dimensions: {}",
                            settings.factory, dimension, failure.what()),
                "kind of FAISS index",
                "write a factory string such as \"Flat\", \"HNSW32\", \"IVF256,Flat\" or "
                "\"IVF1024,PQ48\"");
  }
}

NeighbourIndex::NeighbourIndex(const DenseSettings& settings, std::unique_ptr<faiss::Index> index)
    : index_(std::move(index)) {
  apply(settings);
}

NeighbourIndex::~NeighbourIndex() = default;
NeighbourIndex::NeighbourIndex(NeighbourIndex&&) noexcept = default;
NeighbourIndex& NeighbourIndex::operator=(NeighbourIndex&&) noexcept = default;

void NeighbourIndex::apply(const DenseSettings& settings) {
  settings_ = settings;
  faiss::IndexIVF* lists = faiss::ivflib::try_extract_index_ivf(index_.get());
  if (lists) lists->nprobe = static_cast<std::size_t>(settings.nprobe);
  // It numbers the codes anew so that their bits compare, in minutes; no search here compares bits.
  if (auto* product = dynamic_cast<faiss::IndexIVFPQ*>(lists)) {
    product->do_polysemous_training = false;
  }
  if (auto* product = dynamic_cast<faiss::IndexPQ*>(index_.get())) {
    product->do_polysemous_training = false;
  }
}

NeighbourIndex NeighbourIndex::load(const std::filesystem::path& file,
                                    const DenseSettings& settings, int dimension, bool for_adding) {
  const int flags = for_adding ? 0 : faiss::IO_FLAG_MMAP;
  std::unique_ptr<faiss::Index> index(faiss::read_index(file.c_str(), flags));
  if (index->d != dimension || index->metric_type != faiss::METRIC_INNER_PRODUCT) {
    throw std::runtime_error("it is not an inner-product index of this dimension");
  }
  return {settings, std::move(index)};
}

std::size_t NeighbourIndex::size() const { return static_cast<std::size_t>(index_->ntotal); }

bool NeighbourIndex::is_compressed() const {
  const bool quantised = settings_.factory.find("PQ") != std::string::npos ||
                         settings_.factory.find("SQ") != std::string::npos;
  return quantised || settings_.factory.find("LSH") != std::string::npos;
}

bool NeighbourIndex::needs_training() const { return !index_->is_trained; }

bool NeighbourIndex::train(const VectorTable& table, const TrainingObserver& go_on) {
  const std::vector<float> rows = training_rows(table);
  const std::size_t count = rows.size() / static_cast<std::size_t>(table.dimension());
  const OneThread one_thread;
  bool stopped = false;
  faiss::InterruptCallback::instance =
      std::make_unique<TrainingWatch>(clusterings(*index_, count), go_on, stopped);
  const auto forget = [](void*) { faiss::InterruptCallback::clear_instance(); };
  const std::unique_ptr<void, decltype(forget)> watched(this, forget);
  try {
    index_->train(static_cast<std::int64_t>(count), rows.data());
    return true;
  } catch (const std::exception& failure) {
    if (stopped) return false;
    throw Error(fmt::format("FAISS cannot train \"{}\" on {} vectors: {}", settings_.factory,
                            table.size(), failure.what()),
                "kind of FAISS index",
                "use one with fewer clusters, or \"Flat\", which needs no training");
  }
}

void NeighbourIndex::add(std::span<const float> rows) {
  const OneThread guard;  // a graph depends on the order in which threads put rows into it
  index_->add(static_cast<std::int64_t>(rows.size()) / index_->d, rows.data());
}

void NeighbourIndex::save(const std::filesystem::path& file) const {
  write_atomically(file, [&](const ByteSink& sink) {
    struct Writer : faiss::IOWriter {
      explicit Writer(const ByteSink& target) : sink(target) {}
      size_t operator()(const void* source, size_t size, size_t items) override {
        if (size * items > 0) sink(source, size * items);
        return items;
      }
      const ByteSink& sink;
    } writer(sink);
    faiss::write_index(index_.get(), &writer);
  });
}

void NeighbourIndex::prepare_search(const VectorTable& table) {
  QUADRANT_CHECK(table.size() == size());
  if (as_graph(*index_)) bytes_.emplace(table);
}

std::vector<Ranking> NeighbourIndex::candidates(std::span<const float> queries,
                                                std::size_t k) const {
  const auto width = static_cast<std::size_t>(index_->d);
  const std::size_t many = queries.size() / width;
  const std::size_t count = std::min(is_compressed() ? kCompressedFactor * k : k + kSpare, size());
  std::vector<Ranking> lists(many);
  if (const auto* graph = as_graph(*index_)) {
    GraphSearch search(graph->hnsw, *bytes_);
    const auto breadth = std::max(k, static_cast<std::size_t>(settings_.ef_search));
    for (std::size_t i = 0; i < many; ++i) {
      lists[i] = search.nearest(queries.subspan(i * width, width), count, breadth);
    }
    return lists;
  }
  std::vector<float> scores(many * count);
  std::vector<std::int64_t> rows(many * count);
  index_->search(static_cast<std::int64_t>(many), queries.data(), static_cast<std::int64_t>(count),
                 scores.data(), rows.data());
  for (std::size_t i = 0; i < many * count; ++i) {
    if (rows[i] < 0) continue;  // fewer were found
    lists[i / count].push_back({static_cast<std::size_t>(rows[i]), scores[i]});
  }
  return lists;
}

std::string faiss_version() {
  return fmt::format("{}.{}.{}", FAISS_VERSION_MAJOR, FAISS_VERSION_MINOR, FAISS_VERSION_PATCH);
}

}  // namespace quadrant
