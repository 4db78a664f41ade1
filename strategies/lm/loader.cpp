#include "strategies/lm/loader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.h"
#include "strategies/lm/arch/llama.h"
#include "strategies/lm/chat/chat.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/lm/tokenizer/tokenizer.h"
#include "strategies/model_files.h"

namespace quadrant {
namespace {

at::Device device_of(const ModelSpec& spec) {
  if (spec.device == "cpu") return at::kCPU;
  if (!at::hasCUDA()) {
    throw Error("no CUDA device can be used here", "device = \"" + spec.device + "\"",
                "set device = \"cpu\", or build with CUDA on a machine with an NVIDIA GPU");
  }
  return at::kCUDA;
}

const Architecture& find_architecture(const WeightSource& source) {
  const std::string name = source.text("general.architecture");
  std::vector<std::string> known;
  for (const Architecture& architecture : architectures()) {
    if (architecture.name == name) return architecture;
    known.push_back(architecture.name);
  }
  throw Error(fmt::format("no support for models of architecture \"{}\"", name),
              source.path().string(), fmt::format("use one of: {}", fmt::join(known, ", ")));
}

}  // namespace

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> list{{"llama", load_llama}};
  return list;
}

Tensor WeightLoader::operator()(const std::string& name, const std::vector<std::int64_t>& shape) {
  const TensorView& view = source_.tensor(name);
  require_shape(view, shape, source_.path());
  taken_.insert(name);
  return to_tensor(view).to(device_);
}

void WeightLoader::require_all_taken() const {
  for (const TensorView& view : source_.tensors()) {
    if (!taken_.contains(view.name)) {
      throw Error(fmt::format("unexpected tensor {}", view.name), source_.path().string(),
                  "this model has parts that its architecture does not know");
    }
  }
}

LoadedModel load_model(const ModelSpec& spec) {
  const auto file = model_file(spec.path);
  const GgufFile gguf(file);
  WeightLoader weights(gguf, device_of(spec));
  LoadedModel loaded;
  loaded.decoder = find_architecture(gguf).load(gguf, weights);
  weights.require_all_taken();
  auto tokenizer = load_tokenizer(gguf);
  loaded.end_tokens = tokenizer->special().ends;
  // Training closes plain texts with it, so a model tuned without a chat template ends with it too.
  if (const auto end = tokenizer->end_of_text()) loaded.end_tokens.push_back(*end);
  loaded.tokenizer = std::move(tokenizer);
  loaded.chat_template = load_chat_template(spec.chat_template, gguf);
  loaded.name = spec.path;
  loaded.weights_hash = weights_hash(*loaded.decoder);
  return loaded;
}

}  // namespace quadrant
