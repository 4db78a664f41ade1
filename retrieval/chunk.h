// Cuts documents into passages of a bounded number of tokens of the model that will read them.
//
// Rule: a document that fits is one passage. A longer one is cut at the ends of sentences; a
// sentence that is too long by itself is cut between words, a word between characters. A character
// is never cut, even where it alone is more tokens than the limit. Passages do not overlap, and
// white space at their edges is left out.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/types.h"

namespace quadrant {

struct Chunking {
  int max_tokens = 180;        // of a passage's text; its title comes on top
  std::string tokenizer_hash;  // of the tokenizer behind count_tokens
  std::function<std::size_t(std::string_view)> count_tokens;
};

// Counts without the tokens that the tokenizer adds to every text (BOS). The tokenizer must outlive
// the result.
Chunking chunk_by(const Tokenizer& tokenizer, int max_tokens);

// Text must be valid UTF-8. A document without text is one passage when it has a title, else none.
std::vector<Passage> chunk(const Document& document, const Chunking& chunking);
std::vector<Passage> chunk(std::span<const Document> documents, const Chunking& chunking);

}  // namespace quadrant
