// From a ModelSpec to a loaded model: file, architecture, weights, tokenizer, chat template.
#pragma once

#include <memory>
#include <set>

#include "harness/core/specs.h"
#include "strategies/lm/language_model.h"
#include "strategies/lm/weights/weight_source.h"

namespace quadrant {

// From a GGUF file or a Hugging Face folder. De-quantises every tensor once, to fp32. Error when
// the architecture is unknown, or a tensor is missing, unexpected or mis-shaped.
LoadedModel load_model(const ModelSpec& spec);

// The same without tokenizer and template. Weights have the device and type of `options`, but for
// those of norms, which stay fp32 as what is computed with them does.
std::unique_ptr<Decoder> load_decoder(const WeightSource& source, const at::TensorOptions& options);

// How a GGUF file stores a tensor that Hugging Face stores otherwise.
enum class Stored {
  kSame,
  kRotaryPairs,  // within a head x0, y0, x1, y1, ..., for interleaved rotation; Hugging Face: all x
                 // before all y
  kOnePlus       // the weight + 1
};

// A tensor in both formats; inside a layer without "model.layers.N." and "blk.N.".
struct WeightName {
  std::string hugging_face, gguf;
  Stored stored = Stored::kSame;
};

// Hands an architecture its tensors by their Hugging Face names, in their Hugging Face form, and
// finds those that nobody asked for.
class WeightLoader {
 public:
  // `names`: for a GGUF file; nullptr: the source has Hugging Face names itself.
  WeightLoader(const WeightSource& source, const at::TensorOptions& options,
               const std::vector<WeightName>* names, int head_dim)
      : source_(source), options_(options), names_(names), head_dim_(head_dim) {}
  Tensor operator()(const std::string& name, const std::vector<std::int64_t>& shape);
  // The same into a contiguous tensor of the right shape.
  void into(const std::string& name, Tensor& place);
  void ignore(const std::string& name) { taken_.insert(stored_name(name).gguf); }
  void require_all_taken() const;

 private:
  WeightName stored_name(const std::string& name) const;  // whole names; gguf: the source's own

  const WeightSource& source_;
  at::TensorOptions options_;
  const std::vector<WeightName>* names_;
  int head_dim_;
  std::set<std::string> taken_;
};

}  // namespace quadrant
