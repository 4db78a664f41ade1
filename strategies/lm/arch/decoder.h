// A decoder-only language model of one architecture: its sizes, its weights by name, its forward.
//
// Goals: all an architecture needs stands in one file beside this one (configuration keys, weight
// names, forward). Non-goals: batching, caching, tokenizing: those know no architecture.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strategies/lm/layers/attention.h"
#include "strategies/lm/layers/linear.h"
#include "strategies/lm/layers/rope.h"
#include "strategies/lm/layers/tensor.h"

namespace quadrant {

struct DecoderConfig {
  std::string model_type, model_class;  // as config.json names them: "llama", "LlamaForCausalLM"
  std::string activation = "silu";
  int layers = 0, width = 0, ffn_width = 0;
  int heads = 0, kv_heads = 0, head_dim = 0;
  int vocabulary = 0, context = 0;
  double norm_eps = 1e-5;
  bool tied = true;  // the head is the embedding
  RopeConfig rope;
  // For each layer, how many tokens it sees, itself included; 0: all. Empty: all layers see all.
  std::vector<int> windows;
  std::optional<RopeConfig> local_rope;  // of the layers with a window, when it is another one
  std::vector<bool> rotary_layers;       // which layers have positions. Empty: all
  std::optional<double> query_scalar;    // scores are divided by its root, not by head_dim's
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual const DecoderConfig& config() const = 0;
  // ids, positions: [n] -> [n, width], after the final norm.
  virtual Tensor hidden(const Tensor& ids, const Tensor& positions, Attention& attention) = 0;
  // From now on hidden() keeps less for gradients (layers/gradient_checkpointing.h): its Attention
  // must then live until they have been computed.
  virtual void checkpoint_gradients(bool on) = 0;
  virtual const Tensor& head() const = 0;  // [vocabulary, width]
  virtual std::vector<NamedTensor>
  weights() = 0;  // each once, Hugging Face names; a tied head not again
  virtual std::vector<Linear*> linears() = 0;  // what "all-linear" means to LoRA
  virtual void join_weights() = 0;             // layers/linear.h; after weights were replaced
  virtual std::string hugging_face_config() const = 0;  // the text of config.json
};

}  // namespace quadrant
