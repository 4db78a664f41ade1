// Attention for decoding: one new token a row, against the keys and values of all earlier ones.
//
// What rows have in common is stored once and dealt with by one product for all of them; the parts
// are put together by their log-sum-exp, as in Hydragen (Juravsky et al. 2024, arXiv 2402.05099).
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "strategies/lm/layers/attention.h"

namespace quadrant {

class CachedAttention : public Attention {
 public:
  // Rows are the tree's sequences, in its order (TokenTree::order).
  CachedAttention(const TokenTree& tree, int new_tokens);
  // What the next layer has computed for the tree's tokens; all layers before the first token.
  void add_layer(const Tensor& keys, const Tensor& values);  // [tokens, kv_heads, dim]

  void begin_token();  // call before the first layer of a token
  Tensor attend(int layer, const Tensor& q, const Tensor& k, const Tensor& v, int window) override;
  void next_token();                                      // call after the last layer of a token
  void keep_rows(const std::vector<std::int64_t>& rows);  // the other rows leave the batch

  // From now on all tokens are the same operations on the same memory, so that a GPU can repeat
  // them: each looks at all columns, also those to come, which a mask hides. Anew after
  // keep_rows().
  void fix_shapes();
  const Tensor& fixed_positions() const { return fixed_->positions; }

  // Of the present tokens.
  const std::vector<std::int64_t>& positions() const { return positions_; }
  std::int64_t room() const { return columns_ - used_; }  // tokens to come

 private:
  // A run of tokens, from tree.ids[begin] on, that rows [first, last) share.
  struct Block {
    std::int64_t first = 0, last = 0, begin = 0, position = 0, size = 0;
    std::vector<Tensor> keys, values;  // per layer: [1, kv_heads, size, dim]
    std::map<int, Tensor> masks;       // by window, for the present token: [(last - first), size]
  };
  // What changes from token to token, in the memory of the device.
  struct Fixed {
    Tensor column;                // [1]: used_
    Tensor positions;             // [rows]: positions_
    std::map<int, Tensor> masks;  // by window, for the present token: [1 or rows, 1, 1, columns]
  };
  // Attention over some of the keys. out: [rows, kv_heads, group, dim]; lse: [rows, kv_heads,
  // group]
  struct Part {
    Tensor out, lse;
  };
  Part attend_block(Block& block, int layer, const Tensor& q, int window);
  Tensor block_mask(Block& block, int window) const;  // undefined: all is visible
  const Tensor& fixed_mask(int window);

  std::vector<std::int64_t> own_;  // [rows * used_]: which of the tree's tokens the columns hold
  std::vector<Block> blocks_;
  // The rows' own tokens, aligned to the right: the prompts of all rows end in the same column.
  std::vector<Tensor> keys_, values_;    // per layer: [rows, kv_heads, columns, dim]
  Tensor mask_;                          // [rows, 1, 1, columns]; undefined: no padding
  std::vector<std::int64_t> positions_;  // of each row's present token
  std::int64_t used_ = 0;                // columns filled
  std::int64_t columns_ = 0;
  std::optional<Fixed> fixed_;
};

}  // namespace quadrant
