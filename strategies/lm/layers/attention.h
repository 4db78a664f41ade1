// Attention over rows: each layer hands over the rows' queries, keys and values, and the object
// knows which rows see which. TreeAttention serves scoring, prefill and training; cache.h decoding.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "strategies/lm/layers/gather.h"
#include "strategies/lm/layers/tensor.h"
#include "strategies/lm/tree/token_tree.h"

namespace quadrant {

// Added to the attention scores of what a row must not see. Finite, so that a row of nothing but
// padding stays a number.
inline constexpr double kHidden = -1e30;

class Attention {
 public:
  virtual ~Attention() = default;
  // q: [n, heads, dim]; k, v: [n, kv_heads, dim], positions applied. A token sees itself and, with
  // a window, the window - 1 tokens before it; 0: all. Returns [n, heads * dim].
  virtual Tensor attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v,
                        int window) = 0;
};

// Every token sees its ancestors in the tree and itself.
class TreeAttention : public Attention {
 public:
  // Is told each layer's keys and values, [tokens, kv_heads, dim], in the order of the layers.
  using Listener = std::function<void(const Tensor& keys, const Tensor& values)>;

  TreeAttention(const TokenTree& tree, const at::Device& device, Listener listener = {});
  Tensor attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v, int window) override;

 private:
  // Queries of one branch that are dealt with together.
  struct Piece {
    std::int64_t size = 0, position = 0;                      // tokens; of the first one
    std::vector<std::pair<std::int64_t, std::int64_t>> seen;  // runs of tokens (first, size), the
                                                              // root's first, this piece's last
    std::map<int, Tensor> masks;  // by window: [size, tokens in sight], added to the scores
  };
  // All pieces laid end to end, which a GPU's kernels take in one call: where each one's queries
  // end, and the keys that it sees, its own last. A causal mask whose last query sees the last key
  // is then the tree's.
  struct Packed {
    Tensor query_ends, key_ends;  // int32 [pieces + 1], from 0
    std::optional<Gather> keys;   // tokens; none: each piece sees itself alone
    std::int64_t longest_query = 0, longest_key = 0;
  };
  Packed pack() const;
  bool can_attend_packed(const Tensor& q, int window) const;
  Tensor attend_packed(const Tensor& q, const Tensor& k, const Tensor& v, int window) const;
  Tensor attend_pieces(const Tensor& q, const Tensor& k, const Tensor& v, int window);
  Tensor attend(Piece& piece, const Tensor& q, const Tensor& k, const Tensor& v, int window) const;
  const Tensor& mask(Piece& piece, std::int64_t first, int window, at::ScalarType type) const;

  at::Device device_;
  std::vector<std::int64_t> sizes_;  // of the pieces
  std::vector<Piece> pieces_;
  std::optional<Packed> packed_;  // on a GPU
  Listener listener_;
};

}  // namespace quadrant
