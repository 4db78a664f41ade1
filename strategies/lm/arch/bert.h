// The BERT encoder: absolute positions, post-norm layers, exact GELU.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strategies/lm/layers/tensor.h"
#include "strategies/lm/tree/token_tree.h"

namespace quadrant {

struct BertConfig {
  int layers = 0, width = 0, ffn_width = 0, heads = 0, vocabulary = 0, positions = 0;
  double norm_eps = 1e-12;
};

class Bert {
 public:
  // `weight(name, shape)` gives a tensor by its Hugging Face name or throws.
  using WeightLookup =
      std::function<Tensor(const std::string& name, const std::vector<std::int64_t>& shape)>;
  Bert(const BertConfig& config, const WeightLookup& weight);

  // Sequences packed end to end; each sees itself only. Of a pair of texts, `second` says for each
  // sequence where the second one begins; empty: each is one text. Returns [tokens, width].
  Tensor forward(const std::vector<TokenIds>& sequences,
                 const std::vector<std::size_t>& second = {}) const;

 private:
  struct Affine {
    Tensor weight, bias;
  };
  struct Layer {
    Affine qkv, attention_out, up, down;
    Affine attention_norm, out_norm;
  };
  Tensor normalise(const Tensor& x, const Affine& norm) const;
  Tensor attend(const Layer& layer, const Tensor& x, const std::vector<std::int64_t>& sizes) const;

  BertConfig config_;
  Tensor words_, positions_, types_;  // embeddings: [vocabulary | positions | 2, width]
  Affine embedding_norm_;
  std::vector<Layer> layers_;
};

}  // namespace quadrant
