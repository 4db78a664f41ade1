#include "strategies/lm/score.h"

#include <algorithm>

#include "harness/core/error.h"
#include "strategies/lm/layers/logits.h"
#include "strategies/lm/layers/product.h"

namespace quadrant {
namespace {

constexpr std::int64_t kLogitsAtOnce = 32 << 20;  // 128 MB: 128 rows of the largest vocabularies

// One (position, next token) pair, and what the model says about it.
struct Judgement {
  std::int64_t row = 0, next = 0;  // index into hidden; the token whose probability is wanted
  double logprob = 0;
  bool greedy = false;
};

// Rows of the logits, one for each different row of the judgements [begin, end).
struct Logits {
  Tensor values;  // [different rows, vocabulary]
  Tensor of;      // [judgements] index into values
};

Logits logits_of(const Decoder& decoder, const Tensor& hidden, std::span<Judgement* const> asked) {
  std::vector<std::int64_t> rows, of;
  for (const Judgement* judgement : asked) {
    if (rows.empty() || rows.back() != judgement->row) rows.push_back(judgement->row);
    of.push_back(static_cast<std::int64_t>(rows.size()) - 1);
  }
  const Tensor part = hidden.index_select(0, index_tensor(rows, hidden.device()));
  return {product(part, decoder.head()).to(at::kFloat), index_tensor(of, hidden.device())};
}

void judge_together(const Decoder& decoder, const Tensor& hidden,
                    std::span<Judgement* const> asked) {
  const Logits logits = logits_of(decoder, hidden, asked);
  std::vector<std::int64_t> next;
  for (const Judgement* judgement : asked) next.push_back(judgement->next);
  const Tensor target = index_tensor(next, hidden.device());
  const Tensor chosen =
      logits.values.view(-1).index_select(0, logits.of * logits.values.size(1) + target);
  const RowTotals totals = totals_of(logits.values);
  const Tensor total = totals.log_sum_exp.index_select(0, logits.of);
  const Tensor best = totals.best.index_select(0, logits.of);
  const Tensor logprob = (chosen - total).to(at::kCPU, at::kDouble).contiguous();
  const Tensor greedy = best.eq(target).to(at::kCPU).contiguous();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i]->logprob = logprob.const_data_ptr<double>()[i];
    asked[i]->greedy = greedy.const_data_ptr<bool>()[i];
  }
}

// Choices of one question begin at one row: it goes through the head once.
void judge(const Decoder& decoder, const Tensor& hidden, std::vector<Judgement>& judgements) {
  std::vector<Judgement*> asked;
  for (Judgement& judgement : judgements) asked.push_back(&judgement);
  std::ranges::stable_sort(asked, {}, [](const Judgement* j) { return j->row; });
  const auto at_once =
      static_cast<std::size_t>(std::max<std::int64_t>(1, kLogitsAtOnce / decoder.head().size(0)));
  for (std::size_t begin = 0; begin < asked.size(); begin += at_once) {
    const std::size_t size = std::min(at_once, asked.size() - begin);
    judge_together(decoder, hidden, std::span(asked).subspan(begin, size));
  }
}

}  // namespace

std::vector<TokenIds> read_tokens(std::span<const ScoreRequest> requests) {
  std::vector<TokenIds> sequences;
  for (const ScoreRequest& request : requests) {
    QUADRANT_CHECK(request.first >= 1);
    sequences.push_back(request.ids);
    if (!sequences.back().empty()) sequences.back().pop_back();
  }
  return sequences;
}

std::vector<TokenScores> score_tokens(Decoder& decoder, std::span<const ScoreRequest> requests) {
  const c10::InferenceMode inference;
  const std::vector<TokenIds> sequences = read_tokens(requests);
  const TokenTree tree = build_token_tree(sequences);
  if (tree.ids.empty()) return std::vector<TokenScores>(requests.size());
  const at::Device device = decoder.head().device();
  TreeAttention attention(tree, device);
  const Tensor hidden =
      decoder.hidden(id_tensor(tree.ids, device), index_tensor(tree.positions, device), attention);
  std::vector<Judgement> judgements;
  for (std::size_t r = 0; r < requests.size(); ++r) {
    for (std::size_t i = requests[r].first; i < requests[r].ids.size(); ++i) {
      judgements.push_back({tree.paths[r][i - 1], requests[r].ids[i]});
    }
  }
  judge(decoder, hidden, judgements);
  std::vector<TokenScores> scores(requests.size());
  auto judgement = judgements.begin();
  for (std::size_t r = 0; r < requests.size(); ++r) {
    for (std::size_t i = requests[r].first; i < requests[r].ids.size(); ++i, ++judgement) {
      scores[r].logprobs.push_back(judgement->logprob);
      scores[r].greedy = scores[r].greedy && judgement->greedy;
    }
  }
  return scores;
}

}  // namespace quadrant
