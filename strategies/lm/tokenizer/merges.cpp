#include "strategies/lm/tokenizer/merges.h"

#include <algorithm>
#include <bit>
#include <queue>
#include <tuple>

namespace quadrant {
namespace {

// Up to this many symbols, looking at every pair again after a merge beats keeping a heap.
constexpr std::size_t kShortWord = 32;

std::uint64_t pair_of(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
}

std::size_t slot_of(std::uint64_t pair) {
  pair *= 0x9E3779B97F4A7C15;  // Fibonacci hashing: the high bits are the mixed ones
  return static_cast<std::size_t>(pair >> 32);
}

}  // namespace

Merges::Merges(std::size_t count) : table_(std::bit_ceil(2 * count + 2)) {}

void Merges::add(std::int32_t left, std::int32_t right, std::uint32_t rank, std::int32_t result) {
  const std::uint64_t pair = pair_of(left, right);
  std::size_t slot = slot_of(pair) & (table_.size() - 1);
  while (table_[slot].pair != kEmpty && table_[slot].pair != pair) {
    slot = (slot + 1) & (table_.size() - 1);
  }
  if (table_[slot].pair == kEmpty) table_[slot] = {pair, rank, result};
}

const Merges::Entry* Merges::find(std::int32_t left, std::int32_t right) const {
  const std::uint64_t pair = pair_of(left, right);
  std::size_t slot = slot_of(pair) & (table_.size() - 1);
  while (table_[slot].pair != kEmpty) {
    if (table_[slot].pair == pair) return &table_[slot];
    slot = (slot + 1) & (table_.size() - 1);
  }
  return nullptr;
}

void Merges::apply(TokenIds& word) const {
  word.size() <= kShortWord ? apply_short(word) : apply_long(word);
}

void Merges::apply_short(TokenIds& word) const {
  const Entry* pairs[kShortWord];  // pairs[i]: the merge of word[i] and word[i + 1]
  for (std::size_t i = 0; i + 1 < word.size(); ++i) pairs[i] = find(word[i], word[i + 1]);
  while (word.size() > 1) {
    std::size_t best = word.size();
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
      if (pairs[i] && (best == word.size() || pairs[i]->rank < pairs[best]->rank)) best = i;
    }
    if (best == word.size()) return;
    word[best] = pairs[best]->result;
    word.erase(word.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    std::copy(pairs + best + 1, pairs + word.size(), pairs + best);
    if (best + 1 < word.size()) pairs[best] = find(word[best], word[best + 1]);
    if (best > 0) pairs[best - 1] = find(word[best - 1], word[best]);
  }
}

void Merges::apply_long(TokenIds& word) const {
  constexpr std::int32_t kGone = -1;
  const auto size = static_cast<std::int32_t>(word.size());
  std::vector<std::int32_t> next(word.size()), previous(word.size());
  for (std::int32_t i = 0; i < size; ++i) {
    next[i] = i + 1;
    previous[i] = i - 1;
  }
  using Candidate = std::tuple<std::uint32_t, std::int32_t, const Entry*>;  // rank, place, merge
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
  const auto offer = [&](std::int32_t left) {
    if (left < 0 || next[left] >= size) return;
    if (const Entry* merge = find(word[left], word[next[left]])) {
      candidates.emplace(merge->rank, left, merge);
    }
  };
  for (std::int32_t i = 0; i < size; ++i) offer(i);
  while (!candidates.empty()) {
    const auto [rank, left, merge] = candidates.top();
    candidates.pop();
    const std::int32_t right = next[left];
    // A candidate is stale when one of its two symbols has been merged since.
    if (word[left] == kGone || right >= size || pair_of(word[left], word[right]) != merge->pair) {
      continue;
    }
    word[left] = merge->result;
    word[right] = kGone;
    next[left] = next[right];
    if (next[right] < size) previous[next[right]] = left;
    offer(previous[left]);
    offer(left);
  }
  std::erase(word, kGone);
}

}  // namespace quadrant
