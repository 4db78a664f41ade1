// Templates to sentences: placeholders, capitals, identifiers, and what draws values fairly.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/rng.h"

namespace quadrant {

// Every "{n}" of the text becomes the value that stands beside "n". A value without a place is a
// Bug: a template that forgets its value makes a wrong gold answer.
// Korean particles ("{은/는}", see korean.h) then follow what stands before them.
using Filling = std::vector<std::pair<std::string, std::string>>;
std::string fill(const std::string& wording, const Filling& filling);
// The same for wordings that may lack some of the values.
std::string fill_present(const std::string& wording, const Filling& filling);

std::string capital(std::string text);            // first ASCII letter
std::string identifier(const std::string& name);  // "Marlo Venn" -> "marlo-venn"
std::string numbered(const std::string& prefix, std::size_t number);  // "r", 7 -> "r007"

template <class T>
const T& pick(const std::vector<T>& values, Rng& rng) {
  return values[rng.below(values.size())];
}

// `count` values in random order, of which no value comes more than once oftener than another.
template <class T>
std::vector<T> deal(const std::vector<T>& pool, std::size_t count, Rng& rng) {
  QUADRANT_CHECK(!pool.empty());
  std::vector<T> dealt;
  while (dealt.size() < count) {
    std::vector<T> round = pool;
    rng.shuffle(round);
    round.resize(std::min(round.size(), count - dealt.size()));
    dealt.insert(dealt.end(), round.begin(), round.end());
  }
  return dealt;
}

}  // namespace quadrant
