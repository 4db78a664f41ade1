#include "retrieval/vectors.h"

#include <stdexcept>

#include "harness/core/error.h"

namespace quadrant {

VectorTable VectorTable::map(const std::filesystem::path& file, int dimension) {
  VectorTable table(dimension);
  table.mapped_.emplace(file);
  if (table.mapped_->bytes().size() % (static_cast<std::size_t>(dimension) * sizeof(float)) != 0) {
    throw std::runtime_error("it has the wrong length for its number of vectors");
  }
  return table;
}

std::span<const float> VectorTable::all() const {
  if (!mapped_) return owned_;
  const std::string_view bytes = mapped_->bytes();
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

std::span<const float> VectorTable::row(std::size_t number) const {
  const auto width = static_cast<std::size_t>(dimension_);
  return all().subspan(number * width, width);
}

void VectorTable::append(std::span<const float> rows) {
  QUADRANT_CHECK(!mapped_ && rows.size() % static_cast<std::size_t>(dimension_) == 0);
  owned_.insert(owned_.end(), rows.begin(), rows.end());
}

}  // namespace quadrant
