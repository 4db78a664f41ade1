// Reads GGUF files, versions 2 and 3, little-endian (ggml docs/gguf.md), memory-mapped.
//
// Every count, length, offset and size is checked against the bytes that are there before it is
// used: a damaged file gives an Error with file, byte offset and mend. Non-goals: writing,
// big-endian files, models split over several files.
#pragma once

#include <memory>
#include <variant>

#include "harness/core/files.h"
#include "strategies/lm/weights/weight_source.h"

namespace quadrant {

class GgufFile : public WeightSource {
 public:
  // Error when the file is missing, damaged, or holds a tensor type that to_fp32 does not know.
  explicit GgufFile(const std::filesystem::path& path);

  std::optional<std::string> find_text(const std::string& key) const override;
  std::optional<std::int64_t> find_integer(const std::string& key) const override;
  std::optional<double> find_number(const std::string& key) const override;  // integers as well
  std::optional<bool> find_flag(const std::string& key) const override;

  // Arrays; Error when the key is absent or holds something else. The views point into the file.
  std::vector<std::string_view> texts(const std::string& key) const;
  std::vector<std::int64_t> integers(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;  // of fp32

  struct Array {
    std::uint32_t type = 0;  // GGUF's number of the element type
    std::uint64_t count = 0;
    std::string_view bytes;  // checked when the file was opened
  };
  using Value = std::variant<std::int64_t, double, bool, std::string_view, Array>;

 private:
  template <class T>
  const T* get(const std::string& key, const char* kind) const;

  MappedFile file_;
  std::unordered_map<std::string, Value> metadata_;
};

}  // namespace quadrant
