#include "strategies/lm/tokenizer/gguf_vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {

void refuse_tokenizer(const GgufFile& gguf, const std::string& problem) {
  throw Error("the model file's tokenizer is damaged: " + problem, gguf.path().string(),
              "download it again");
}

GgufVocabulary::GgufVocabulary(const GgufFile& gguf) {
  for (const auto token : gguf.texts("tokenizer.ggml.tokens")) tokens.emplace_back(token);
  types = gguf.integers("tokenizer.ggml.token_type");
  if (tokens.empty() || tokens.size() > INT32_MAX || types.size() != tokens.size()) {
    refuse_tokenizer(gguf, fmt::format("{} tokens, {} token types", tokens.size(), types.size()));
  }
  ids.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    ids.emplace(tokens[i], static_cast<std::int32_t>(i));
  }
}

std::optional<std::int32_t> GgufVocabulary::find(std::string_view token) const {
  const auto found = ids.find(token);
  return found == ids.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int32_t> GgufVocabulary::find_control(std::string_view token) const {
  const auto id = find(token);
  return id && is(static_cast<std::size_t>(*id), TokenType::kControl) ? id : std::nullopt;
}

SpecialIds special_ids(const GgufFile& gguf, const GgufVocabulary& vocabulary) {
  const auto id = [&](const std::string& key) -> std::optional<std::int32_t> {
    const auto value = gguf.find_integer(key);
    if (!value) return std::nullopt;
    if (*value < 0 || *value >= std::ssize(vocabulary.tokens)) {
      refuse_tokenizer(gguf, fmt::format("{} is {}, and there are {} tokens", key, *value,
                                         vocabulary.tokens.size()));
    }
    return static_cast<std::int32_t>(*value);
  };
  SpecialIds ids;
  ids.bos = id("tokenizer.ggml.bos_token_id");
  ids.eos = id("tokenizer.ggml.eos_token_id");
  ids.pad = id("tokenizer.ggml.padding_token_id");
  ids.end_of_turn = id("tokenizer.ggml.eot_token_id");
  if (!ids.end_of_turn) ids.end_of_turn = vocabulary.find_control("<|im_end|>");
  set_ends(ids);
  return ids;
}

}  // namespace quadrant
