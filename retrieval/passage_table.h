// The passages of an index, one JSON line each in a mapped file, read when they are asked for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/core/files.h"
#include "harness/core/types.h"

namespace quadrant {

class PassageTable {
 public:
  explicit PassageTable(const std::filesystem::path& file);

  std::size_t size() const { return lines_.size(); }
  Passage at(std::size_t row) const;  // Error when the line is no passage

 private:
  std::filesystem::path file_;
  MappedFile mapped_;
  std::vector<std::size_t> lines_;  // where each begins
};

std::string passage_line(const Passage& passage);  // with its newline

// What is embedded and what BM25 counts: the title, a newline and the text.
std::string searched_text(const Passage& passage);

}  // namespace quadrant
