// Files that the tests of the torch-free half need: the real models, golden values, hand-made
// GGUFs.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/core/files.h"
#include "harness/core/interfaces.h"
#include "harness/core/utf8.h"

namespace quadrant {

// Set-up provides these; a test that needs one fails without it.
inline std::filesystem::path smollm_file() {
  return cache_directory() / "models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf";
}
inline std::filesystem::path minilm_folder() {
  return cache_directory() / "models/all-minilm-l6-v2";
}

inline nlohmann::json golden(const std::string& name) {
  return nlohmann::json::parse(
      read_text(std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/golden" / name));
}

// What the tokens stand for, one after the other: what decode() gives, but for broken characters
// and a space that a tokenizer puts before the first word.
inline bool spells(const Tokenizer& tokenizer, const std::vector<std::string>& bytes,
                   const TokenIds& ids) {
  std::string spelt;
  for (const std::int32_t id : ids) spelt += bytes.at(static_cast<std::size_t>(id));
  const std::string decoded = tokenizer.decode(ids);
  return to_valid_utf8(spelt) == decoded || spelt == " " + decoded ||
         decoded.find("\uFFFD") != std::string::npos;
}

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "quadrant-lm-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    std::filesystem::remove(path_ / name);  // ext4 flushes a file that is cut to 0 and rewritten
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

// Bytes in the order in which GGUF wants them.
class GgufBytes {
 public:
  template <class T>
  GgufBytes& number(T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  GgufBytes& text(std::string_view value) {
    number(std::uint64_t{value.size()});
    bytes += value;
    return *this;
  }
  GgufBytes& header(std::uint64_t tensors, std::uint64_t values, std::uint32_t version = 3) {
    bytes += "GGUF";
    return number(version).number(tensors).number(values);
  }
  GgufBytes& value(std::string_view key, std::uint32_t type) { return text(key).number(type); }
  GgufBytes& texts(std::string_view key, const std::vector<std::string>& list) {
    value(key, 9).number(std::uint32_t{8}).number(std::uint64_t{list.size()});
    for (const std::string& entry : list) text(entry);
    return *this;
  }
  GgufBytes& tensor(std::string_view name, const std::vector<std::uint64_t>& sizes,
                    std::uint32_t type, std::uint64_t offset) {
    text(name).number(static_cast<std::uint32_t>(sizes.size()));
    for (const std::uint64_t size : sizes) number(size);
    return number(type).number(offset);
  }
  GgufBytes& pad(std::size_t alignment = 32) {
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
    return *this;
  }

  std::string bytes;
};

}  // namespace quadrant
