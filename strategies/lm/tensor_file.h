// Safetensors files as torch tensors: written atomically, read with every tensor accounted for.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "strategies/lm/layers/tensor.h"
#include "strategies/lm/weights/safetensors.h"

namespace quadrant {

// fp32 on disk. `metadata` goes to the header's __metadata__.
void save_tensors(const std::filesystem::path& path,
                  const std::vector<std::pair<std::string, Tensor>>& tensors,
                  const std::map<std::string, std::string>& metadata);

class TensorFile {
 public:
  explicit TensorFile(const std::filesystem::path& path);
  bool has(const std::string& name) const;
  // fp32 on the CPU, its own memory. Error naming the tensor when it is missing or mis-shaped.
  Tensor take(const std::string& name, const std::vector<std::int64_t>& shape);
  void require_all_taken() const;                      // Error naming a tensor nobody asked for
  std::string metadata(const std::string& key) const;  // "" when absent

 private:
  SafetensorsFile file_;
  std::set<std::string> taken_;
};

// A stored tensor of any type as fp32, into memory that has room for it. The file's pages leave
// memory again as they were read: a model is never held twice.
void read_tensor(const TensorView& view, float* out);
// The same as a tensor on the CPU, in memory of its own.
Tensor to_tensor(const TensorView& view);
// Error naming the tensor, its shape and the one it should have.
void require_shape(const TensorView& view, const std::vector<std::int64_t>& shape,
                   const std::filesystem::path& file);

}  // namespace quadrant
