// What a context needs from retrieval, whatever stands behind it: dense, lexical, hybrid.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

class Retriever {
 public:
  virtual ~Retriever() = default;
  // One list per question, best first: at most k passages, fewer when there are fewer. Equal
  // scores stand in the order of the passages, so a result never depends on the batch.
  virtual std::vector<std::vector<ScoredPassage>> search(std::span<const std::string> questions,
                                                         int k) = 0;
};

}  // namespace quadrant
