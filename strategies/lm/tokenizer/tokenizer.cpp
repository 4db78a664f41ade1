#include "strategies/lm/tokenizer/tokenizer.h"

#include <fmt/format.h>

#include "harness/core/error.h"
#include "strategies/lm/tokenizer/bpe.h"

namespace quadrant {

std::unique_ptr<ModelTokenizer> load_tokenizer(const GgufFile& gguf) {
  const std::string kind = gguf.text("tokenizer.ggml.model");
  if (kind == "gpt2") return load_bpe(gguf);
  throw Error(fmt::format("a tokenizer of kind \"{}\" is not supported", kind),
              gguf.path().string() + ", tokenizer.ggml.model",
              "use a model with a byte-level BPE tokenizer (\"gpt2\"), such as SmolLM2");
}

}  // namespace quadrant
