#include "retrieval/lexical/bm25.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <span>
#include <stdexcept>

#include "harness/core/error.h"
#include "retrieval/lexical/analyser.h"

namespace quadrant {
namespace {

constexpr std::string_view kMagic = "QBM25 1\n";

template <class T>
void put(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
void put_all(std::string& bytes, const std::vector<T>& values) {
  if (values.empty()) return;
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw std::runtime_error("it ends too early");
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  template <class T>
  T value() {
    T result;
    std::memcpy(&result, take(sizeof result).data(), sizeof result);
    return result;
  }
  template <class T>
  std::vector<T> values(std::size_t count) {
    if (count > rest_.size() / sizeof(T)) throw std::runtime_error("it ends too early");
    std::vector<T> result(count);
    if (count > 0) std::memcpy(result.data(), take(count * sizeof(T)).data(), count * sizeof(T));
    return result;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::map<std::string, std::uint32_t> count_terms(std::string_view text) {
  std::map<std::string, std::uint32_t> counts;
  for_each_term(text, [&](const std::string& term) { ++counts[term]; });
  return counts;
}

}  // namespace

std::uint32_t Bm25Index::term_number(const std::string& term) {
  const auto [found, is_new] = numbers_.emplace(term, static_cast<std::uint32_t>(terms_.size()));
  if (is_new) terms_.emplace_back();
  return found->second;
}

void Bm25Index::add(std::string_view text) {
  const auto row = static_cast<std::uint32_t>(lengths_.size());
  std::uint32_t length = 0;
  for (const auto& [term, count] : count_terms(text)) {
    Term& entry = terms_[term_number(term)];
    ++entry.rows;
    entry.postings.push_back({row, count});
    length += count;
  }
  lengths_.push_back(length);
  removed_.push_back(false);
  ++live_;
  live_length_ += length;
}

void Bm25Index::remove(std::size_t row, std::string_view text) {
  QUADRANT_CHECK(row < size() && !removed_[row]);
  for (const auto& [term, count] : count_terms(text)) {
    const auto found = numbers_.find(term);
    QUADRANT_CHECK(found != numbers_.end());
    --terms_[found->second].rows;
  }
  removed_[row] = true;
  --live_;
  live_length_ -= lengths_[row];
}

void Bm25Index::accumulate(const Term& term, double times, std::vector<double>& scores) const {
  const auto total = static_cast<double>(live_), rows = static_cast<double>(term.rows);
  const double weight = times * std::log(1 + (total - rows + 0.5) / (rows + 0.5));
  const double mean = static_cast<double>(live_length_) / total;
  const double fixed = parameters_.k1 * (1 - parameters_.b);
  const double by_length = parameters_.k1 * parameters_.b / mean;
  for (const Posting& posting : term.postings) {
    const double count = posting.count;
    scores[posting.row] += weight * count / (count + fixed + by_length * lengths_[posting.row]);
  }
}

Ranking Bm25Index::search(std::string_view query, int k) const {
  QUADRANT_CHECK(k > 0);
  std::vector<double> scores(size());
  for (const auto& [term, times] : count_terms(query)) {
    const auto found = numbers_.find(term);
    if (found == numbers_.end() || terms_[found->second].rows == 0) continue;
    accumulate(terms_[found->second], times, scores);
  }
  Ranking best;  // a heap with the worst on top
  for (std::size_t row = 0; row < scores.size(); ++row) {
    if (scores[row] <= 0 || removed_[row]) continue;
    const RankedRow hit{row, scores[row]};
    if (best.size() == static_cast<std::size_t>(k)) {
      if (!ranks_before(hit, best.front())) continue;
      std::pop_heap(best.begin(), best.end(), ranks_before);
      best.pop_back();
    }
    best.push_back(hit);
    std::push_heap(best.begin(), best.end(), ranks_before);
  }
  std::sort_heap(best.begin(), best.end(), ranks_before);
  return best;
}

std::string Bm25Index::serialize() const {
  std::string bytes(kMagic);
  put(bytes, parameters_.k1);
  put(bytes, parameters_.b);
  put(bytes, static_cast<std::uint64_t>(lengths_.size()));
  put(bytes, static_cast<std::uint64_t>(terms_.size()));
  put_all(bytes, lengths_);
  for (const bool removed : removed_) bytes += removed ? '\1' : '\0';
  std::vector<const std::string*> texts(terms_.size());
  for (const auto& [text, number] : numbers_) texts[number] = &text;
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    put(bytes, static_cast<std::uint32_t>(texts[i]->size()));
    put(bytes, static_cast<std::uint32_t>(terms_[i].postings.size()));
    put(bytes, terms_[i].rows);
    bytes += *texts[i];
    put_all(bytes, terms_[i].postings);
  }
  return bytes;
}

Bm25Index Bm25Index::parse(std::string_view bytes, std::size_t rows) {
  Reader reader(bytes);
  if (reader.take(kMagic.size()) != kMagic) throw std::runtime_error("it is no BM25 index");
  Bm25Index index;
  index.parameters_.k1 = reader.value<double>();
  index.parameters_.b = reader.value<double>();
  if (reader.value<std::uint64_t>() != rows) {
    throw std::runtime_error("it has another number of texts");
  }
  const auto terms = reader.value<std::uint64_t>();
  index.lengths_ = reader.values<std::uint32_t>(rows);
  for (const char flag : reader.take(rows)) index.removed_.push_back(flag != '\0');
  for (std::size_t row = 0; row < rows; ++row) {
    if (index.removed_[row]) continue;
    ++index.live_;
    index.live_length_ += index.lengths_[row];
  }
  for (std::uint64_t i = 0; i < terms; ++i) {
    const auto size = reader.value<std::uint32_t>(), count = reader.value<std::uint32_t>();
    Term term;
    term.rows = reader.value<std::uint32_t>();
    index.numbers_.emplace(reader.take(size), static_cast<std::uint32_t>(i));
    term.postings = reader.values<Posting>(count);
    for (const Posting& posting : term.postings) {
      if (posting.row >= rows) throw std::runtime_error("it names a text that is not there");
    }
    index.terms_.push_back(std::move(term));
  }
  if (!reader.at_end() || index.numbers_.size() != terms) {
    throw std::runtime_error("it has the wrong length or a term twice");
  }
  return index;
}

}  // namespace quadrant
