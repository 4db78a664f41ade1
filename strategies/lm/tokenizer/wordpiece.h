// WordPiece as BERT uses it (google-research/bert tokenization.py): [CLS] pieces [SEP].
#pragma once

#include <filesystem>
#include <memory>

#include "harness/core/interfaces.h"

namespace quadrant {

// From vocab.txt and tokenizer_config.json (do_lower_case, strip_accents, tokenize_chinese_chars).
// encode() keeps the first `max_tokens` ids, [CLS] and [SEP] among them; max_tokens >= 2. Error
// when a file is missing or the vocabulary lacks [UNK], [CLS] or [SEP].
std::unique_ptr<Tokenizer> load_wordpiece(const std::filesystem::path& folder, int max_tokens);

}  // namespace quadrant
