#include "strategies/lm/loader.h"
#include "strategies/lm/layers/memory.h"

#include <fmt/format.h>

#include "harness/core/error.h"
#include "strategies/lm/arch/architectures.h"
#include "strategies/lm/chat/chat.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/lm/tokenizer/tokenizer.h"
#include "strategies/lm/weights/gguf.h"
#include "strategies/lm/weights/hf_folder.h"
#include "strategies/model_files.h"

namespace quadrant {
namespace {

at::TensorOptions options_of(const ModelSpec& spec) {
  const bool on_cpu = spec.device == "cpu", halved = spec.dtype == "bfloat16";
  if (!on_cpu && !at::hasCUDA()) {
    throw Error("no CUDA device can be used here", "device = \"" + spec.device + "\"",
                "set device = \"cpu\", or build with CUDA on a machine with an NVIDIA GPU");
  }
  if (on_cpu && halved && !__builtin_cpu_supports("avx512bf16")) {
    throw Error("this processor has no bfloat16 products: they would take many times as long",
                "dtype = \"bfloat16\"", "leave dtype out: float32 is the fast one here");
  }
  return at::TensorOptions(on_cpu ? at::kCPU : at::kCUDA)
      .dtype(halved ? at::kBFloat16 : at::kFloat);
}

// "model.layers.12.mlp.up_proj.weight" -> 12 and "mlp.up_proj.weight".
struct LayerName {
  std::string layer, inside;
};
std::optional<LayerName> inside_layer(const std::string& name) {
  constexpr std::string_view kPrefix = "model.layers.";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::size_t dot = name.find('.', kPrefix.size());
  return LayerName{name.substr(kPrefix.size(), dot - kPrefix.size()), name.substr(dot + 1)};
}

Tensor as_hugging_face(const Tensor& tensor, Stored stored, int head_dim) {
  if (stored == Stored::kOnePlus) return tensor - 1;
  if (stored == Stored::kSame) return tensor;
  return tensor.view({-1, head_dim / 2, 2, tensor.size(1)})
      .transpose(1, 2)
      .reshape(tensor.sizes())
      .contiguous();
}

}  // namespace

WeightName WeightLoader::stored_name(const std::string& name) const {
  if (!names_) return {name, name};
  const auto layer = inside_layer(name);
  for (const WeightName& known : *names_) {
    if (known.hugging_face != (layer ? layer->inside : name)) continue;
    return {name, layer ? fmt::format("blk.{}.{}", layer->layer, known.gguf) : known.gguf,
            known.stored};
  }
  return {name, name};
}

Tensor WeightLoader::operator()(const std::string& name, const std::vector<std::int64_t>& shape) {
  const WeightName stored = stored_name(name);
  const TensorView& view = source_.tensor(stored.gguf);
  require_shape(view, shape, source_.path());
  taken_.insert(stored.gguf);
  const Tensor whole = as_hugging_face(to_tensor(view), stored.stored, head_dim_);
  return name.ends_with("norm.weight") ? whole.to(options_.device()) : whole.to(options_);
}

void WeightLoader::into(const std::string& name, Tensor& place) {
  const WeightName stored = stored_name(name);
  if (stored.stored != Stored::kSame || !place.is_cpu() || place.scalar_type() != at::kFloat) {
    place.copy_((*this)(name, place.sizes().vec()));
    return;
  }
  const TensorView& view = source_.tensor(stored.gguf);
  require_shape(view, place.sizes().vec(), source_.path());
  taken_.insert(stored.gguf);
  read_tensor(view, place.mutable_data_ptr<float>());
}

void WeightLoader::require_all_taken() const {
  for (const TensorView& view : source_.tensors()) {
    // Old checkpoints of llama keep the rotary frequencies, which follow from config.json.
    if (taken_.contains(view.name) || view.name.ends_with(".rotary_emb.inv_freq")) continue;
    throw Error(fmt::format("unexpected tensor {}", view.name), source_.path().string(),
                "this model has parts that its architecture does not know");
  }
}

std::unique_ptr<Decoder> load_decoder(const WeightSource& source,
                                      const at::TensorOptions& options) {
  const ConfigReader read(source);
  const Architecture& architecture = find_architecture(read);
  DecoderConfig config = architecture.read(read);
  config.model_type = architecture.model_type;
  WeightLoader weights(source, options, read.is_gguf() ? &architecture.names : nullptr,
                       config.head_dim);
  weights.ignore("rope_freqs.weight");  // read with the configuration
  auto decoder = architecture.build(std::move(config), weights);
  weights.require_all_taken();
  return decoder;
}

LoadedModel load_model(const ModelSpec& spec) {
  keep_freed_memory();
  const auto path = model_file(spec.path);
  LoadedModel loaded;
  std::unique_ptr<WeightSource> source;
  std::unique_ptr<ModelTokenizer> tokenizer;
  if (std::filesystem::is_directory(path)) {
    auto folder = std::make_unique<HfFolder>(path);
    tokenizer = load_tokenizer(path);
    loaded.end_tokens = folder->end_tokens();
    loaded.chat_template = load_chat_template(spec.chat_template, *folder);
    source = std::move(folder);
  } else {
    auto gguf = std::make_unique<GgufFile>(path);
    tokenizer = load_tokenizer(*gguf);
    loaded.chat_template = load_chat_template(spec.chat_template, *gguf);
    source = std::move(gguf);
  }
  loaded.decoder = load_decoder(*source, options_of(spec));
  const TokenIds& ends = tokenizer->special().ends;
  loaded.end_tokens.insert(loaded.end_tokens.end(), ends.begin(), ends.end());
  // Training closes plain texts with it, so a model tuned without a chat template ends with it too.
  if (const auto end = tokenizer->end_of_text()) loaded.end_tokens.push_back(*end);
  if (const auto end = tokenizer->id_of(loaded.chat_template->end_of_turn())) {
    loaded.end_tokens.push_back(*end);
  }
  loaded.tokenizer = std::move(tokenizer);
  loaded.name = spec.path;
  loaded.weights_hash = weights_hash(*loaded.decoder);
  return loaded;
}

}  // namespace quadrant
