#include "strategies/lm/tokenizer/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "strategies/lm/tokenizer/bpe.h"
#include "strategies/lm/tokenizer/json/tokenizer_json.h"
#include "strategies/lm/tokenizer/sentencepiece.h"

namespace quadrant {

void set_ends(SpecialIds& ids) {
  ids.ends.clear();
  if (ids.eos) ids.ends.push_back(*ids.eos);
  if (ids.end_of_turn && ids.end_of_turn != ids.eos) ids.ends.push_back(*ids.end_of_turn);
  std::ranges::sort(ids.ends);
}

std::unique_ptr<ModelTokenizer> load_tokenizer(const GgufFile& gguf) {
  const std::string kind = gguf.text("tokenizer.ggml.model");
  if (kind == "gpt2") return load_bpe(gguf);
  if (kind == "llama") return load_sentencepiece(gguf);
  throw Error(
      fmt::format("a tokenizer of kind \"{}\" is not supported", kind),
      gguf.path().string() + ", tokenizer.ggml.model",
      "use a model with a byte-level BPE (\"gpt2\") or sentencepiece (\"llama\") tokenizer");
}

std::unique_ptr<ModelTokenizer> load_tokenizer(const std::filesystem::path& folder) {
  const HfTokenizerConfig config = read_tokenizer_config(folder);
  const auto json = folder / "tokenizer.json", model = folder / "tokenizer.model";
  if (std::filesystem::exists(json)) return load_tokenizer_json(json, config);
  if (std::filesystem::exists(model)) return load_sentencepiece(model, config);
  throw Error("this model folder has no tokenizer", folder.string(),
              "add the model's tokenizer.json or tokenizer.model");
}

std::string TextStream::add(std::int32_t id) {
  ids_.push_back(id);
  return next(/*last=*/false);
}

std::string TextStream::finish() { return next(/*last=*/true); }

std::string TextStream::next(bool last) {
  constexpr std::string_view kBroken = "\xEF\xBF\xBD";
  const std::span<const std::int32_t> window = std::span(ids_).subspan(begin_);
  const std::size_t context = tokenizer_.decode(window.subspan(0, known_ - begin_)).size();
  const std::string text = tokenizer_.decode(window);
  std::size_t certain = text.size();
  // An unfinished character shows as broken ones at the end, and with some tokenizers so do whole
  // characters before it; the next token may mend them.
  while (!last && std::string_view(text).substr(0, certain).ends_with(kBroken)) {
    certain -= kBroken.size();
  }
  const std::size_t begin = std::min(context + written_, text.size());
  if (certain < begin) return "";
  std::string fresh = text.substr(begin, certain - begin);
  if (certain == text.size() && !fresh.empty()) {
    begin_ = known_;
    known_ = ids_.size();
    written_ = 0;
  } else {
    written_ += fresh.size();
  }
  return fresh;
}

}  // namespace quadrant
