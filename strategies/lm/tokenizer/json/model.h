// "model" of tokenizer.json: what makes tokens of a word.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/core/types.h"
#include "strategies/lm/tokenizer/json/node.h"

namespace quadrant {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using TokenTable = std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>>;

class WordModel {
 public:
  virtual ~WordModel() = default;
  // `word` is valid UTF-8.
  virtual void encode(std::string_view word, TokenIds& ids) const = 0;
  const TokenTable& table() const { return table_; }
  std::optional<std::int32_t> find(std::string_view token) const;

 protected:
  TokenTable table_;
};

// BPE, WordPiece and Unigram. `special`: tokens that no text may become by itself. Error naming the
// kind, or the setting of one, that is not known.
std::unique_ptr<WordModel> read_word_model(const JsonNode& node,
                                           const std::set<std::string>& special);

// "<0x0A>" -> 10.
std::optional<unsigned char> byte_of_token(std::string_view token);

}  // namespace quadrant
