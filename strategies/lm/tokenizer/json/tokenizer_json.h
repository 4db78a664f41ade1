// Tokenizers in the format of Hugging Face's tokenizers library (tokenizer.json, version 1.0):
// byte-level and character BPE, WordPiece and Unigram, with the normalizers, pre-tokenizers,
// post-processors and decoders that models of the families of arch/ and their encoders use.
//
// Non-goals: pairs of texts, truncation, padding (a model's caller decides these), offsets.
#pragma once

#include <memory>

#include "strategies/lm/tokenizer/hf_config.h"
#include "strategies/lm/tokenizer/tokenizer.h"

namespace quadrant {

// add_bos_token and add_eos_token of the configuration, where they are set, replace the
// post-processor, as in transformers. Added tokens are found in trusted text; in any text only
// those that are not special, of the model's own vocabulary, and not written as control tokens.
// Error naming the component that is not known.
std::unique_ptr<ModelTokenizer> load_tokenizer_json(const std::filesystem::path& file,
                                                    const HfTokenizerConfig& config);

}  // namespace quadrant
