// Cuts documents into passages of a bounded number of tokens of the model that will read them.
//
// A document (with headings: a section) that fits is one passage. A longer one is cut into pieces,
// and neighbours are joined as long as they fit together. The rules differ in their pieces:
//   sentences  sentences and lines
//   tokens     words: passages as full as they can be
//   recursive  paragraphs; one that is too long by itself: its lines, then its sentences
//   headings   as recursive, and no passage reaches over a heading that has text above it
// A sentence that is too long is cut between words, a word between characters. A character is never
// cut, even where it alone is more tokens than the limit. With an overlap, a passage begins with
// the last whole pieces of the one before it, as many as are within the overlap together and leave
// room for something new; never over a heading. White space at the edges is left out.
//
// Headings are the document's marks; where it has none, those of its text read as Markdown.
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
  std::string rule = "sentences";
  int overlap = 0;  // tokens, less than max_tokens
};

const std::vector<std::string>& chunk_rules();  // sentences, tokens, recursive, headings

// Counts without the tokens that the tokenizer adds to every text (BOS). The tokenizer must outlive
// the result.
Chunking chunk_by(const Tokenizer& tokenizer, int max_tokens);

// Text must be valid UTF-8. A document without text is one passage when it has a title, else none.
std::vector<Passage> chunk(const Document& document, const Chunking& chunking);
std::vector<Passage> chunk(std::span<const Document> documents, const Chunking& chunking);

}  // namespace quadrant
