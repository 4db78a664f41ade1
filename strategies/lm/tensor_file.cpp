#include "strategies/lm/tensor_file.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.h"
#include "strategies/lm/weights/dequantize.h"

namespace quadrant {

void save_tensors(const std::filesystem::path& path,
                  const std::vector<std::pair<std::string, Tensor>>& tensors,
                  const std::map<std::string, std::string>& metadata) {
  std::vector<TensorSpec> specs;
  for (const auto& [name, tensor] : tensors) specs.push_back({name, tensor.sizes().vec()});
  write_safetensors(path, specs, metadata, [&](std::size_t index, const ByteSink& sink) {
    const Tensor values = tensors[index].second.detach().to(at::kCPU, at::kFloat).contiguous();
    sink(values.const_data_ptr(), values.nbytes());
  });
}

TensorFile::TensorFile(const std::filesystem::path& path) : file_(path) {}

bool TensorFile::has(const std::string& name) const { return file_.find(name) != nullptr; }

Tensor TensorFile::take(const std::string& name, const std::vector<std::int64_t>& shape) {
  const TensorView& view = file_.tensor(name);
  require_shape(view, shape, file_.path());
  taken_.insert(name);
  return to_tensor(view);
}

void TensorFile::require_all_taken() const {
  for (const TensorView& view : file_.tensors()) {
    if (!taken_.contains(view.name)) {
      throw Error(fmt::format("unexpected tensor {}", view.name), file_.path().string(),
                  "this file belongs to another model");
    }
  }
}

std::string TensorFile::metadata(const std::string& key) const {
  return file_.find_text(key).value_or("");
}

void read_tensor(const TensorView& view, float* out) {
  constexpr std::int64_t kValuesAtOnce = 1 << 20;
  const DTypeInfo& type = info(view.dtype);
  const std::int64_t all = view.elements();
  for (std::int64_t done = 0; done < all; done += kValuesAtOnce) {
    const std::int64_t values = std::min(kValuesAtOnce, all - done);
    const TensorView part{view.name,
                          {values},
                          view.dtype,
                          view.bytes.substr(done / type.block_values * type.block_bytes,
                                            values / type.block_values * type.block_bytes)};
    to_fp32(part, out + done);
    forget_pages(part.bytes);
  }
}

Tensor to_tensor(const TensorView& view) {
  Tensor tensor = at::empty(view.shape, at::kFloat);
  read_tensor(view, tensor.mutable_data_ptr<float>());
  return tensor;
}

void require_shape(const TensorView& view, const std::vector<std::int64_t>& shape,
                   const std::filesystem::path& file) {
  if (view.shape == shape) return;
  throw Error(fmt::format("tensor {} has shape [{}], not [{}]", view.name,
                          fmt::join(view.shape, ", "), fmt::join(shape, ", ")),
              file.string(), "this file is damaged or belongs to another model");
}

}  // namespace quadrant
