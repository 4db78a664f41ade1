// A table of vectors: in memory, or a file of plain floats that is mapped and read as it is needed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "harness/core/files.h"

namespace quadrant {

class VectorTable {
 public:
  explicit VectorTable(int dimension) : dimension_(dimension) {}
  // Row-major floats as this machine writes them. std::exception when it is not whole rows.
  static VectorTable map(const std::filesystem::path& file, int dimension);

  int dimension() const { return dimension_; }
  std::size_t size() const { return all().size() / static_cast<std::size_t>(dimension_); }
  std::span<const float> all() const;  // [size, dimension]
  std::span<const float> row(std::size_t number) const;
  void append(std::span<const float> rows);  // not to a mapped table

 private:
  int dimension_;
  std::vector<float> owned_;
  std::optional<MappedFile> mapped_;
};

}  // namespace quadrant
