// How byte-level BPE models cut text into words before merging: the patterns of their tokenizers,
// written out over Unicode classes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

// The words in order; together they are the text.
using Splitter = std::vector<std::string_view> (*)(std::string_view text);

struct SplitRule {
  const char* name;  // tokenizer.ggml.pre
  Splitter split;
  bool add_bos = false;      // when tokenizer.ggml.add_bos_token is not there
  bool whole_words = false;  // a word that is a token is taken as it stands, without merging
  bool compose = false;      // text is brought to NFC first
  std::string pattern = "";  // as tokenizer.json files write it; "": it takes more than a pattern
};

// smollm, gpt-2, llama-bpe, qwen2.
const std::vector<SplitRule>& split_rules();

// GPT-2's rule, which "ByteLevel" of tokenizer.json stands for.
std::vector<std::string_view> split_gpt2(std::string_view text);

// The rule of this pattern as tokenizer.json files write it; nullptr: not one of ours.
Splitter find_pattern(std::string_view regex);

}  // namespace quadrant
