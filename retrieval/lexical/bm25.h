// BM25 on an inverted index of our own.
//
// Why not SQLite's FTS5: its bm25() has fixed parameters and another idf, its tokenizers know no
// pairs of Hangul, and only harness/store speaks SQLite. An inverted index is small.
//
// score(q, d) = sum over the terms of q (a repeated term counts each time) of
//   ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + k1 * (1 - b + b * |d| / mean |d|))
// as in Lucene 8 and later (BM25Similarity); Robertson and Zaragoza 2009 with an idf that is never
// negative, and without their constant factor k1 + 1. N, n and the mean are of the texts that are
// there now: after add() and remove() the scores are those of an index built anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "retrieval/ranking.h"

namespace quadrant {

struct Bm25Parameters {
  double k1 = 1.2, b = 0.75;
};

class Bm25Index {
 public:
  explicit Bm25Index(const Bm25Parameters& parameters = {}) : parameters_(parameters) {}
  // std::exception when the bytes are not such an index of `rows` texts.
  static Bm25Index parse(std::string_view bytes, std::size_t rows);
  std::string serialize() const;

  std::size_t size() const { return lengths_.size(); }  // rows, the removed ones included
  const Bm25Parameters& parameters() const { return parameters_; }

  void add(std::string_view text);                      // becomes the next row
  void remove(std::size_t row, std::string_view text);  // `text` as it was added
  bool is_removed(std::size_t row) const { return removed_[row]; }

  // At most k rows that share a term with the query, best first.
  Ranking search(std::string_view query, int k) const;

 private:
  struct Posting {
    std::uint32_t row, count;
  };
  struct Term {
    std::uint32_t rows = 0;  // that hold it and are still there
    std::vector<Posting> postings;
  };
  std::uint32_t term_number(const std::string& term);
  void accumulate(const Term& term, double times, std::vector<double>& scores) const;

  Bm25Parameters parameters_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<Term> terms_;
  std::vector<std::uint32_t> lengths_;  // in terms
  std::vector<bool> removed_;
  std::size_t live_ = 0;
  std::uint64_t live_length_ = 0;
};

}  // namespace quadrant
