// Byte-level byte-pair encoding (GPT-2's src/encoder.py) as GGUF files of such models carry it:
// tokenizer.ggml.model = "gpt2".
#pragma once

#include <memory>

#include "strategies/lm/tokenizer/tokenizer.h"

namespace quadrant {

// Error when tokens, types or merges do not fit together, or the split rule is unknown.
std::unique_ptr<ModelTokenizer> load_bpe(const GgufFile& gguf);

}  // namespace quadrant
