// Reads and writes safetensors files (huggingface/safetensors, README "Format"): F32, F16, BF16,
// I64.
#pragma once

#include <functional>
#include <map>

#include "harness/core/files.h"
#include "strategies/lm/weights/weight_source.h"

namespace quadrant {

// Memory-mapped. Error with file and mend when the header lies about sizes, offsets or types.
class SafetensorsFile : public WeightSource {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

  // The header's __metadata__ holds text only; numbers and flags are read out of it.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  std::optional<std::string> find_text(const std::string& key) const override;
  std::optional<std::int64_t> find_integer(const std::string& key) const override;
  std::optional<double> find_number(const std::string& key) const override;
  std::optional<bool> find_flag(const std::string& key) const override;

 private:
  MappedFile file_;
  std::map<std::string, std::string> metadata_;
};

struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  DType dtype = DType::kF32;  // kF32, kF16, kBF16 or kI64
};

// Writes atomically, tensors in the given order. `write_tensor` is called once for each and passes
// exactly that tensor's bytes to the sink, in one piece or many. The same input gives the same
// file.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorSpec>& tensors,
                       const std::map<std::string, std::string>& metadata,
                       const std::function<void(std::size_t index, const ByteSink&)>& write_tensor);

}  // namespace quadrant
