// Vectors kept by content: a text is embedded once for each embedder, whatever index it is for.
//
// A few files an embedder, of records that are only ever appended: SHA-256 of the text, the vector,
// and the first bytes of a SHA-256 over both. A record that was cut off, damaged or taken away is
// not used, and its text is embedded again. When the folder is over the limit
// (harness/core/cache_limit.h), the file whose vectors were asked for least recently goes. Only
// where each record lies is kept in memory. The last bits of a vector are those of the batch it was
// first embedded in, so an index made with a cache may differ from one made without it, by rounding
// only.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"

namespace quadrant {

// `inner` must outlive it. Questions are not kept.
class CachedEmbedder : public Embedder {
 public:
  // Makes the folder. Error when it cannot be written.
  CachedEmbedder(Embedder& inner, const std::filesystem::path& folder);

  int dimension() const override { return inner_.dimension(); }
  std::string hash() const override { return inner_.hash(); }
  std::map<std::string, std::string> description() const override { return inner_.description(); }
  std::vector<float> embed(std::span<const std::string> texts) override;
  std::vector<float> embed_questions(std::span<const std::string> questions) override {
    return inner_.embed_questions(questions);
  }
  std::size_t embedded() const { return embedded_; }  // texts that were not in the cache

 private:
  struct Place {
    int file = 0;  // its number
    std::size_t offset = 0;
  };
  std::filesystem::path file_name(int number) const;
  void read(int number);
  // To the newest file, or to a new one when that is full.
  void append(std::span<const std::string> keys, std::span<const float> rows);
  // False: it is not there, or not what it was.
  bool read_row(const std::string& key, std::map<int, std::ifstream>& files, float* row) const;
  std::size_t record_bytes() const;
  std::size_t row_bytes() const { return static_cast<std::size_t>(dimension()) * sizeof(float); }

  Embedder& inner_;
  std::filesystem::path folder_;
  std::string name_;  // of the embedder's files, before their numbers
  int newest_ = 0;
  std::map<std::string, Place> places_;  // by SHA-256
  std::size_t embedded_ = 0;
};

}  // namespace quadrant
