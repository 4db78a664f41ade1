// What tokenizer_config.json and special_tokens_map.json of a Hugging Face folder say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quadrant {

struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool special = false;
  bool lstrip = false, rstrip = false;  // white space before or after it belongs to it
};

struct HfTokenizerConfig {
  std::optional<bool> add_bos, add_eos;
  std::map<std::string, std::string> tokens;  // "bos_token", "eos_token", ... -> "<s>"
  std::vector<AddedToken> added;              // added_tokens_decoder, by id
};

// Missing files say nothing. Error with file and key when one is not what it should be.
HfTokenizerConfig read_tokenizer_config(const std::filesystem::path& folder);

}  // namespace quadrant
