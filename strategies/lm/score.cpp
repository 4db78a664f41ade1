#include "strategies/lm/score.h"

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr std::int64_t kLogitsAtOnce = 16 << 20;  // 64 MB, and as much again while they are used

// What the model says about one (position, next token) pair.
struct Judgement {
  double logprob = 0;
  bool greedy = false;
};

// rows: [n] indices into hidden; next: [n] the tokens whose probability is wanted.
std::vector<Judgement> judge(const Decoder& decoder, const Tensor& hidden,
                             const std::vector<std::int64_t>& rows,
                             const std::vector<std::int64_t>& next) {
  const Tensor row_index = index_tensor(rows, hidden.device());
  const Tensor wanted = index_tensor(next, hidden.device());
  std::vector<Judgement> judgements;
  judgements.reserve(rows.size());
  const std::int64_t rows_at_once =
      std::max<std::int64_t>(1, kLogitsAtOnce / decoder.head().size(0));
  for (std::int64_t begin = 0; begin < row_index.size(0); begin += rows_at_once) {
    const std::int64_t end = std::min(begin + rows_at_once, row_index.size(0));
    const Tensor part = hidden.index_select(0, row_index.slice(0, begin, end));
    const Tensor logits = at::linear(part, decoder.head());
    const Tensor target = wanted.slice(0, begin, end);
    const Tensor chosen = logits.gather(1, target.unsqueeze(1)).squeeze(1);
    const Tensor logprob = (chosen - logits.logsumexp(-1)).to(at::kCPU, at::kDouble).contiguous();
    const Tensor greedy = logits.argmax(-1).eq(target).to(at::kCPU).contiguous();
    for (std::int64_t i = 0; i < end - begin; ++i) {
      judgements.push_back({logprob.const_data_ptr<double>()[i], greedy.const_data_ptr<bool>()[i]});
    }
  }
  return judgements;
}

}  // namespace

std::vector<TokenScores> score_tokens(Decoder& decoder, std::span<const ScoreRequest> requests) {
  const c10::InferenceMode inference;
  std::vector<TokenIds> sequences;
  for (const ScoreRequest& request : requests) {
    QUADRANT_CHECK(request.first >= 1);
    sequences.push_back(request.ids);
  }
  const TokenTree tree = build_token_tree(sequences);
  if (tree.ids.empty()) return std::vector<TokenScores>(requests.size());
  const at::Device device = decoder.head().device();
  TreeAttention attention(tree, device);
  const Tensor hidden =
      decoder.hidden(id_tensor(tree.ids, device), index_tensor(tree.positions, device), attention);
  std::vector<std::int64_t> rows, next;
  for (std::size_t r = 0; r < requests.size(); ++r) {
    for (std::size_t i = requests[r].first; i < sequences[r].size(); ++i) {
      rows.push_back(tree.paths[r][i - 1]);
      next.push_back(sequences[r][i]);
    }
  }
  const std::vector<Judgement> judgements = judge(decoder, hidden, rows, next);
  std::vector<TokenScores> scores(requests.size());
  auto judgement = judgements.begin();
  for (std::size_t r = 0; r < requests.size(); ++r) {
    for (std::size_t i = requests[r].first; i < sequences[r].size(); ++i, ++judgement) {
      scores[r].logprobs.push_back(judgement->logprob);
      scores[r].greedy = scores[r].greedy && judgement->greedy;
    }
  }
  return scores;
}

}  // namespace quadrant
