#include "retrieval/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "retrieval/manifest.h"

namespace quadrant {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kTextsAtOnce = 256;           // bounds the memory of the embedder's input
constexpr std::size_t kRowsAtOnce = 100'000;        // put into an approximate index
constexpr std::size_t kRowsToCheckpoint = 400'000;  // after which it is written down
constexpr std::size_t kRecallSamples = 200;
constexpr const char* kStateFile = "building.json";  // the recipe that the files belong to
constexpr const char* kPartialNeighbours = "index.faiss.partial";

// Inner product ranks by cosine only among vectors of length 1; a broken embedder shows here.
void check_length_one(std::span<const float> vectors, std::size_t width, std::size_t first_row) {
  for (std::size_t row = 0; row < vectors.size(); row += width) {
    double square = 0;
    for (const float x : vectors.subspan(row, width)) square += static_cast<double>(x) * x;
    if (std::abs(std::sqrt(square) - 1) < 1e-3) continue;
    throw Error(
        fmt::format("the embedder gave a vector of length {:.4g} instead of 1", std::sqrt(square)),
        fmt::format("passage {}", first_row + row / width + 1),
        "check the embedder's files, or use one that normalises its vectors");
  }
}

class Appender {
 public:
  Appender(fs::path file, bool anew)
      : file_(std::move(file)),
        stream_(file_, std::ios::binary | (anew ? std::ios::trunc : std::ios::app)) {
    check();
  }
  void append(const void* bytes, std::size_t size) {
    stream_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  }
  void flush() {
    stream_.flush();
    check();
  }

 private:
  void check() const {
    if (stream_) return;
    throw Error("cannot write this file of the index", file_.string(),
                "free some space on that disk, or name a place where you may write");
  }
  fs::path file_;
  std::ofstream stream_;
};

}  // namespace

std::vector<IndexedDocument> read_documents_file(const fs::path& file) {
  std::vector<IndexedDocument> documents;
  for_each_json_line(file, [&](int line, const nlohmann::json& json) {
    try {
      documents.push_back({json.at("id"), json.at("hash"), json.at("first"), json.at("passages"),
                           json.at("removed")});
    } catch (const nlohmann::json::exception&) {
      throw Error("this line is not a document of the index",
                  fmt::format("{}:{}", file.string(), line),
                  "delete the folder and build the index again");
    }
  });
  return documents;
}

void IndexBuilder::start_from(std::vector<IndexedDocument> documents, std::size_t rows) {
  documents_ = std::move(documents);
  old_rows_ = rows_ = rows;
}

bool IndexBuilder::cut(const DocumentStream& documents,
                       const std::function<bool(const Document&, const std::string&)>& wanted) {
  Appender file(folder_ / kPassagesFile, /*anew=*/rows_ == 0);
  bool go_on = true;
  documents([&](const Document& document) {
    if (!go_on) return;
    const std::string hash = document_hash(document);
    if (!wanted(document, hash)) return;
    const std::vector<Passage> passages = chunk(document, plan_.chunking);
    for (const Passage& passage : passages) {
      const std::string line = passage_line(passage);
      file.append(line.data(), line.size());
    }
    documents_.push_back({document.id, hash, rows_, passages.size(), false});
    const bool report = rows_ / kTextsAtOnce != (rows_ + passages.size()) / kTextsAtOnce;
    rows_ += passages.size();
    if (report) go_on = observe_({"cutting", rows_, 0});
  });
  file.flush();
  return go_on;
}

std::string IndexBuilder::live_corpus_hash() const {
  Sha256 hash;
  for (const IndexedDocument& document : documents_) {
    if (!document.removed) hash.update(document.hash + "\n");
  }
  return hash.hex();
}

std::vector<bool> IndexBuilder::removed_rows() const {
  std::vector<bool> removed(rows_);
  for (const IndexedDocument& document : documents_) {
    for (std::size_t i = 0; document.removed && i < document.passages; ++i) {
      removed[document.first + i] = true;
    }
  }
  return removed;
}

void IndexBuilder::write_documents() const {
  write_atomically(folder_ / kDocumentsFile, [&](const ByteSink& sink) {
    for (const IndexedDocument& document : documents_) {
      const std::string line = canonical_json({{"id", document.id},
                                               {"hash", document.hash},
                                               {"first", document.first},
                                               {"passages", document.passages},
                                               {"removed", document.removed}}) +
                               "\n";
      sink(line.data(), line.size());
    }
  });
}

bool IndexBuilder::finish() {
  if (rows_ == 0) {
    throw Error("there is nothing to index: no document has a title or a text", folder_.string(),
                "add documents that have some text");
  }
  const IndexRecipe recipe = index_recipe(live_corpus_hash(), plan_);
  const fs::path state = folder_ / kStateFile;
  if (old_rows_ == 0 && (!fs::exists(state) || read_text(state) != recipe.hash())) {
    for (const char* name : {kVectorsFile, kPartialNeighbours}) fs::remove(folder_ / name);
    write_atomically(state, recipe.hash());
  }
  write_documents();
  if (plan_.embedder && !(embed() && index_neighbours())) return false;
  if (plan_.lexical && !count_words()) return false;
  if (!observe_({"checking", rows_, rows_})) return false;
  const double recall = measure_recall();
  write_atomically(folder_ / kManifestFile,
                   manifest_text(describe_folder(recipe, rows_, recall, folder_)));
  fs::remove(state);
  return true;
}

void IndexBuilder::append_vectors(const PassageTable& passages, std::size_t first,
                                  std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t row = first; row < first + count; ++row) {
    texts.push_back(searched_text(passages.at(row)));
  }
  const std::vector<float> rows = plan_.embedder->embed(texts);
  const auto width = static_cast<std::size_t>(plan_.embedder->dimension());
  QUADRANT_CHECK(rows.size() == count * width);
  check_length_one(rows, width, first);
  Appender file(folder_ / kVectorsFile, /*anew=*/false);
  file.append(rows.data(), rows.size() * sizeof(float));
  file.flush();
}

// Goes on behind the last whole block that is there, so that blocks, and with them the last bits of
// the vectors, are those of a build without a stop.
bool IndexBuilder::embed() {
  const fs::path file = folder_ / kVectorsFile;
  const std::size_t row_bytes =
      static_cast<std::size_t>(plan_.embedder->dimension()) * sizeof(float);
  std::size_t done = fs::exists(file) ? fs::file_size(file) / row_bytes : 0;
  if (done < rows_) done = old_rows_ + (done - old_rows_) / kTextsAtOnce * kTextsAtOnce;
  if (fs::exists(file)) fs::resize_file(file, std::min(done, rows_) * row_bytes);
  const PassageTable passages(folder_ / kPassagesFile);
  while (done < rows_) {
    if (!observe_({"embedding", done, rows_})) return false;
    const std::size_t count = std::min(kTextsAtOnce, rows_ - done);
    append_vectors(passages, done, count);
    done += count;
  }
  return true;
}

bool IndexBuilder::index_neighbours() {
  if (plan_.dense.is_exact()) return true;
  const int width = plan_.embedder->dimension();
  const VectorTable vectors = VectorTable::map(folder_ / kVectorsFile, width);
  const fs::path partial = folder_ / kPartialNeighbours;
  NeighbourIndex index = fs::exists(partial)
                             ? NeighbourIndex::load(partial, plan_.dense, width, true)
                             : NeighbourIndex(plan_.dense, width);
  if (index.needs_training()) {
    const bool trained = index.train(vectors, [&](std::size_t done, std::size_t total) {
      return observe_({"training the index", done, total});
    });
    if (!trained) return false;
    index.save(partial);
  }
  std::size_t saved = index.size();
  while (index.size() < rows_) {
    if (!observe_({"indexing", index.size(), rows_})) return false;
    const std::size_t count = std::min(kRowsAtOnce, rows_ - index.size());
    index.add(vectors.all().subspan(index.size() * static_cast<std::size_t>(width),
                                    count * static_cast<std::size_t>(width)));
    if (index.size() - saved < kRowsToCheckpoint) continue;
    index.save(partial);
    saved = index.size();
  }
  index.save(folder_ / kNeighboursFile);
  fs::remove(partial);
  return true;
}

bool IndexBuilder::count_words() {
  const fs::path file = folder_ / kLexicalFile;
  const PassageTable passages(folder_ / kPassagesFile);
  Bm25Index index(*plan_.lexical);
  if (old_rows_ > 0) index = Bm25Index::parse(read_text(file), old_rows_);
  const std::vector<bool> removed = removed_rows();
  for (std::size_t row = 0; row < old_rows_; ++row) {
    if (removed[row] && !index.is_removed(row)) index.remove(row, searched_text(passages.at(row)));
  }
  for (std::size_t row = old_rows_; row < rows_; ++row) {
    if (row % kTextsAtOnce == 0 && !observe_({"counting words", row, rows_})) return false;
    index.add(searched_text(passages.at(row)));
  }
  write_atomically(file, index.serialize());
  return true;
}

double IndexBuilder::measure_recall() const {
  if (!plan_.embedder || plan_.dense.is_exact()) return 1;
  const int width = plan_.embedder->dimension();
  const DenseIndex index(
      VectorTable::map(folder_ / kVectorsFile, width),
      NeighbourIndex::load(folder_ / kNeighboursFile, plan_.dense, width, /*for_adding=*/false));
  return recall_against_exact(index, 10, kRecallSamples);
}

}  // namespace quadrant
