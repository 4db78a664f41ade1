// From a ModelSpec to a loaded model: file, architecture, weights, tokenizer, chat template.
#pragma once

#include <memory>

#include "harness/core/specs.h"
#include "strategies/lm/language_model.h"
#include "strategies/lm/weights/gguf.h"

namespace quadrant {

// De-quantises every tensor once, to fp32. Error when the architecture is unknown, or a tensor is
// missing, unexpected or mis-shaped.
LoadedModel load_model(const ModelSpec& spec);

// Hands an architecture its tensors by name, and finds those that nobody asked for.
class WeightLoader {
 public:
  WeightLoader(const WeightSource& source, const at::Device& device)
      : source_(source), device_(device) {}
  bool has(const std::string& name) const { return source_.find(name) != nullptr; }
  Tensor operator()(const std::string& name, const std::vector<std::int64_t>& shape);
  void require_all_taken() const;

 private:
  const WeightSource& source_;
  at::Device device_;
  std::set<std::string> taken_;
};

// One architecture: its GGUF name and how it is loaded.
struct Architecture {
  const char* name;
  std::unique_ptr<Decoder> (*load)(const WeightSource& source, WeightLoader& weights);
};
const std::vector<Architecture>& architectures();

}  // namespace quadrant
