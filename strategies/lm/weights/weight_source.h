// Weights of a model file, whatever its format: tensors by name, as bytes, and metadata.
//
// Goals: GGUF and safetensors feed one loader; nothing is copied before to_fp32. Non-goals:
// renaming or permuting tensors (the architecture knows its names).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quadrant {

// The element types that to_fp32 understands, and kI64, which safetensors files hold beside them.
// Q4_0 and the like are ggml's block formats.
enum class DType {
  kF32,
  kF16,
  kBF16,
  kI64,
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ4_K,
  kQ5_K,
  kQ6_K
};

struct DTypeInfo {
  const char* name;           // "F32", "Q4_1"
  std::int64_t block_values;  // values that are stored together; 1 for plain types
  std::int64_t block_bytes;   // bytes of such a block
};
const DTypeInfo& info(DType dtype);

struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;  // row-major, outermost first, as Hugging Face writes it
  DType dtype = DType::kF32;
  std::string_view bytes;  // inside the mapped file; lives as long as its source

  std::int64_t elements() const;
};

class WeightSource {
 public:
  virtual ~WeightSource() = default;

  const std::filesystem::path& path() const { return path_; }
  const std::vector<TensorView>& tensors() const { return tensors_; }  // in the file's order
  const TensorView* find(const std::string& name) const;               // nullptr: not there
  const TensorView& tensor(const std::string& name) const;             // Error: not there

  // Metadata; nullopt when the key is absent. Error when the value is of another kind.
  virtual std::optional<std::string> find_text(const std::string& key) const = 0;
  virtual std::optional<std::int64_t> find_integer(const std::string& key) const = 0;
  virtual std::optional<double> find_number(const std::string& key) const = 0;
  virtual std::optional<bool> find_flag(const std::string& key) const = 0;

  // The same for keys that must be there: Error naming file and key.
  std::string text(const std::string& key) const;
  std::int64_t integer(const std::string& key) const;
  double number(const std::string& key) const;

 protected:
  explicit WeightSource(std::filesystem::path path) : path_(std::move(path)) {}
  // False when a tensor of this name is there already.
  bool add(TensorView tensor);

 private:
  std::filesystem::path path_;
  std::vector<TensorView> tensors_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace quadrant
