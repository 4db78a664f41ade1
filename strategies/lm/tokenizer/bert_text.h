// How BERT's tokenizers clean text before they cut it (google-research/bert tokenization.py).
#pragma once

#include <string>
#include <string_view>

namespace quadrant {

struct BertRules {
  bool clean = true;  // control characters go, all white space becomes a space
  bool lower_case = true, strip_accents = true;
  bool space_chinese = true;  // a space on both sides of each Chinese character
};

// Valid UTF-8 in and out.
std::string bert_text(std::string_view text, const BertRules& rules);

// What clean-up removes: control, format and private-use characters, and the mark of broken text.
bool is_removed_by_bert(char32_t c);

bool is_chinese(char32_t c);

// Appends the canonical decomposition of `c` without its non-spacing marks.
void append_without_accents(char32_t c, std::u32string& text);

}  // namespace quadrant
