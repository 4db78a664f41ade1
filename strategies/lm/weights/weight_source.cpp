#include "strategies/lm/weights/weight_source.h"

#include <fmt/format.h>

#include <array>

#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr std::array<DTypeInfo, 12> kTypes{{{"F32", 1, 4},
                                            {"F16", 1, 2},
                                            {"BF16", 1, 2},
                                            {"I64", 1, 8},
                                            {"Q4_0", 32, 18},
                                            {"Q4_1", 32, 20},
                                            {"Q5_0", 32, 22},
                                            {"Q5_1", 32, 24},
                                            {"Q8_0", 32, 34},
                                            {"Q4_K", 256, 144},
                                            {"Q5_K", 256, 176},
                                            {"Q6_K", 256, 210}}};
static_assert(kTypes.size() == static_cast<std::size_t>(DType::kQ6_K) + 1);

template <class T>
T required(std::optional<T> value, const std::filesystem::path& path, const std::string& key) {
  if (value) return *std::move(value);
  throw Error(fmt::format("the model file has no key \"{}\"", key), path.string(),
              "use a complete model file, as the usual converters write it");
}

}  // namespace

const DTypeInfo& info(DType dtype) { return kTypes[static_cast<std::size_t>(dtype)]; }

std::int64_t TensorView::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) product *= size;
  return product;
}

const TensorView* WeightSource::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

const TensorView& WeightSource::tensor(const std::string& name) const {
  if (const TensorView* found = find(name)) return *found;
  throw Error(fmt::format("the model file has no tensor \"{}\"", name), path_.string(),
              "use a complete model file of a supported architecture");
}

std::string WeightSource::text(const std::string& key) const {
  return required(find_text(key), path_, key);
}

std::int64_t WeightSource::integer(const std::string& key) const {
  return required(find_integer(key), path_, key);
}

double WeightSource::number(const std::string& key) const {
  return required(find_number(key), path_, key);
}

bool WeightSource::add(TensorView tensor) {
  if (!index_.emplace(tensor.name, tensors_.size()).second) return false;
  tensors_.push_back(std::move(tensor));
  return true;
}

}  // namespace quadrant
