// Attention over rows: each layer hands over the rows' queries, keys and values, and the object
// knows which rows see which. TreeAttention serves scoring, prefill and training; CachedAttention
// serves decoding.
#pragma once

#include <vector>

#include "strategies/lm/layers/tensor.h"
#include "strategies/lm/tree/token_tree.h"

namespace quadrant {

class Attention {
 public:
  virtual ~Attention() = default;
  // q: [n, heads, dim]; k, v: [n, kv_heads, dim], positions applied. Returns [n, heads * dim].
  virtual Tensor attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v) = 0;
};

// Every token sees its ancestors in the tree and itself.
class TreeAttention : public Attention {
 public:
  TreeAttention(const TokenTree& tree, const at::Device& device);
  Tensor attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v) override;

  // Keeps each layer's keys and values, [tokens, kv_heads, dim], for a cache to be made of them.
  void keep_keys_and_values() { keep_ = true; }
  const std::vector<Tensor>& keys() const { return keys_; }
  const std::vector<Tensor>& values() const { return values_; }

 private:
  struct Piece {
    std::vector<int> chain;  // segments from the root to this one
    Tensor mask;             // [1, 1, size, visible], added to the scores
  };
  std::vector<std::int64_t> sizes_;  // of the segments
  std::vector<Piece> pieces_;
  bool keep_ = false;
  std::vector<Tensor> keys_, values_;
};

// One new token a row; keys and values of all earlier ones lie in a cache that is aligned to the
// right: the prompts of all rows end in the same column.
class CachedAttention : public Attention {
 public:
  // `paths`: for each row, the tokens of its prompt in the tree (TokenTree::paths).
  CachedAttention(const TreeAttention& prefill, const std::vector<std::vector<std::int64_t>>& paths,
                  int new_tokens);
  Tensor attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v) override;
  void next_token() { ++used_; }                          // call after the last layer of a token
  void keep_rows(const std::vector<std::int64_t>& rows);  // the other rows leave the batch

 private:
  std::vector<Tensor> keys_, values_;  // per layer: [rows, kv_heads, columns, dim]
  Tensor mask_;                        // [rows, 1, 1, columns], hides the padding on the left
  std::int64_t used_ = 0;              // columns filled
};

}  // namespace quadrant
