// What the decoders here have in common: an embedding, layers of attention and gated MLP, a final
// norm, a head. An architecture adds its norms and its forward.
#pragma once

#include <string>
#include <vector>

#include "strategies/lm/arch/config.h"
#include "strategies/lm/layers/blocks.h"
#include "strategies/lm/layers/gradient_checkpointing.h"
#include "strategies/lm/loader.h"

namespace quadrant {

class StackedDecoder : public Decoder {
 public:
  const DecoderConfig& config() const override { return config_; }
  void checkpoint_gradients(bool on) override { checkpoints_gradients_ = on; }
  const Tensor& head() const override { return head_.defined() ? head_ : embedding_; }
  std::vector<NamedTensor> weights() override;
  std::vector<Linear*> linears() override { return linears_; }
  void join_weights() override;
  std::string hugging_face_config() const override { return write_config(config_); }

 protected:
  // Takes embedding, final norm and head.
  StackedDecoder(DecoderConfig config, WeightLoader& load);

  // These remember where the weights go, so the places must stay where they are.
  void take_norm(WeightLoader& load, int layer, const std::string& name, std::int64_t size,
                 Tensor& to);
  void take_attention(WeightLoader& load, int layer, bool biased, SelfAttention& to);
  void take_mlp(WeightLoader& load, int layer, GatedMlp& to);

  int window(int layer) const { return config_.windows.empty() ? 0 : config_.windows[layer]; }

  // layer(x), of Tensor -> Tensor. Holds copies of what is local to hidden(), which it may outlive.
  template <class Layer>
  Tensor through(const Layer& layer, const Tensor& x) const {
    return checkpoints_gradients_ ? checkpointed(x, layer) : layer(x);
  }

  DecoderConfig config_;
  Tensor embedding_, final_norm_, head_;  // head_ undefined: tied to the embedding

 private:
  void remember(const std::string& name, Tensor& tensor);
  struct Wanted {
    Linear* to;
    const char* name;
    std::int64_t out;
  };
  // Linears with the same input, loaded to where join() would put them.
  void take_linears(WeightLoader& load, int layer, std::int64_t in, bool biased,
                    const std::vector<Wanted>& group);

  bool checkpoints_gradients_ = false;
  std::vector<NamedTensor> tensors_;  // all but the linears' weights
  std::vector<Linear*> linears_;
  std::vector<std::vector<Linear*>> together_;  // linears that share their input
};

}  // namespace quadrant
