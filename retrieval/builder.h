// Builds the files of an index folder, each stage from where the files of the stage are; internal
// to retrieval.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "retrieval/index.h"

namespace quadrant {

class IndexBuilder {
 public:
  IndexBuilder(const IndexPlan& plan, std::filesystem::path folder, const BuildObserver& observe)
      : plan_(plan), folder_(std::move(folder)), observe_(observe) {}

  // Starts from an index that lies in the folder already, its manifest taken away.
  void start_from(std::vector<IndexedDocument> documents, std::size_t rows);
  std::vector<IndexedDocument>& documents() { return documents_; }

  // Appends the passages of the documents that `wanted` names; all but the first of equal ids are
  // refused by the reader before.
  bool cut(const DocumentStream& documents,
           const std::function<bool(const Document&, const std::string& hash)>& wanted);
  // Everything after the passages, the manifest last. False: stopped.
  bool finish();

 private:
  bool embed();
  void append_vectors(const PassageTable& passages, std::size_t first, std::size_t count);
  bool index_neighbours();
  bool count_words();
  double measure_recall() const;
  void write_documents() const;
  std::string live_corpus_hash() const;
  std::vector<bool> removed_rows() const;

  const IndexPlan& plan_;
  std::filesystem::path folder_;
  const BuildObserver& observe_;
  std::vector<IndexedDocument> documents_;
  std::size_t old_rows_ = 0, rows_ = 0;
};

std::vector<IndexedDocument> read_documents_file(const std::filesystem::path& file);

}  // namespace quadrant
