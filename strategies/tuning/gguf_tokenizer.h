// The tokenizer of a GGUF file as Hugging Face's files, so that a model tuned from it can be used
// there. What each kind needs: transformers' src/transformers/integrations/ggml.py and
// convert_slow_tokenizer.py.
#pragma once

#include <string>

#include "strategies/lm/weights/gguf.h"

namespace quadrant {

struct TokenizerFiles {
  std::string tokenizer, config;  // the texts of tokenizer.json and tokenizer_config.json
};

// Byte-level BPE and sentencepiece, as load_tokenizer(GgufFile) reads them. The same ids come out
// for every text. `context`: tokens that the model can see.
TokenizerFiles hugging_face_tokenizer(const GgufFile& gguf, int context);

}  // namespace quadrant
