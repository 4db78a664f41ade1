// The plain layer of llama and its kin: x + attention(norm(x)), then x + mlp(norm(x)).
#pragma once

#include "strategies/lm/arch/stack.h"

namespace quadrant {

struct PreNormParts {
  bool qkv_bias = false, qk_norm = false;
};

class PreNormDecoder : public StackedDecoder {
 public:
  PreNormDecoder(DecoderConfig config, WeightLoader& load, const PreNormParts& parts);
  Tensor hidden(const Tensor& ids, const Tensor& positions, Attention& attention) override;

 private:
  struct Layer {
    Tensor attention_norm, ffn_norm, q_norm, k_norm;
    SelfAttention attention;
    GatedMlp mlp;
  };
  Tensor forward(int i, const Tensor& x, const Rotation& turn, Attention& attention) const;

  std::vector<Layer> layers_;
  Tensor frequencies_;
};

template <PreNormParts parts>
std::unique_ptr<Decoder> build_pre_norm(DecoderConfig config, WeightLoader& load) {
  return std::make_unique<PreNormDecoder>(std::move(config), load, parts);
}

// weight_names() and those of the norms. `more`: of the parts that llama has not.
std::vector<WeightName> pre_norm_names(Stored rows, std::vector<WeightName> more = {});

// qwen2 and those that took over its keys: "use_sliding_window", and from which layer on.
std::vector<int> read_qwen_windows(const ConfigReader& read, int layers);

}  // namespace quadrant
