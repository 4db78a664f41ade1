// Tokenizers of Google's sentencepiece, all of them run by its own library: tokenizer.model files,
// and the vocabularies of GGUF files (tokenizer.ggml.model = "llama"), from which a model for the
// library is built.
//
// Control tokens (<bos>, <start_of_turn>) are recognised in trusted ranges only. What the model's
// training text was cut into, user-defined pieces such as runs of line breaks, counts everywhere.
#pragma once

#include <memory>

#include "strategies/lm/tokenizer/hf_config.h"
#include "strategies/lm/tokenizer/tokenizer.h"

namespace quadrant {

// Error when tokens, types and scores do not fit together or the library refuses them.
std::unique_ptr<ModelTokenizer> load_sentencepiece(const GgufFile& gguf);

// BOS is added unless the configuration says otherwise. Tokens that it calls special are control
// tokens whatever the file has them as. Error when the library refuses the file.
std::unique_ptr<ModelTokenizer> load_sentencepiece(const std::filesystem::path& model_file,
                                                   const HfTokenizerConfig& config);

}  // namespace quadrant
