// What a GGUF file says of its vocabulary, checked: tokens, their types, the ids with a meaning.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "strategies/lm/tokenizer/tokenizer.h"

namespace quadrant {

// tokenizer.ggml.token_type, which has sentencepiece's numbers.
enum class TokenType : std::uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6
};

struct GgufVocabulary {
  // Error unless there are as many types as tokens, and at least one.
  explicit GgufVocabulary(const GgufFile& gguf);
  GgufVocabulary(const GgufVocabulary&) = delete;  // `ids` points into `tokens`

  bool is(std::size_t id, TokenType type) const { return types[id] == static_cast<int>(type); }
  std::optional<std::int32_t> find(std::string_view token) const;
  std::optional<std::int32_t> find_control(std::string_view token) const;

  std::vector<std::string> tokens;
  std::vector<std::int64_t> types;
  std::unordered_map<std::string_view, std::int32_t> ids;  // the first of equal ones
};

// tokenizer.ggml.*_token_id. Error when one is no token.
SpecialIds special_ids(const GgufFile& gguf, const GgufVocabulary& vocabulary);

[[noreturn]] void refuse_tokenizer(const GgufFile& gguf, const std::string& problem);

}  // namespace quadrant
