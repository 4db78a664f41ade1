#include "strategies/lm/generate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "harness/core/error.h"
#include "strategies/lm/layers/logits.h"
#include "strategies/lm/layers/product.h"
#include "strategies/lm/row_forms.h"
#include "strategies/lm/token_step.h"

namespace quadrant {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Choice {
  std::vector<std::int64_t> ids;
  std::vector<double> logprobs;
};

// The most likely token of each row that its form allows. hidden: [rows, width].
Choice choose(const Decoder& decoder, const Tensor& hidden, RowForms* forms,
              std::span<const std::int64_t> answers) {
  const Tensor logits = product(hidden, decoder.head()).to(at::kFloat);
  const RowTotals totals = totals_of(logits);
  Tensor id = totals.best, best = logits.gather(1, id.unsqueeze(1)).squeeze(1);
  if (forms) {
    std::tie(best, id) =
        logits
            .masked_fill(forms->forbidden(answers, logits.size(1)).to(logits.device()),
                         -std::numeric_limits<double>::infinity())
            .max(-1);
  }
  const Tensor logprob = (best - totals.log_sum_exp).to(at::kCPU, at::kDouble).contiguous();
  const Tensor ids = id.to(at::kCPU).contiguous();
  const auto rows = static_cast<std::size_t>(ids.size(0));
  Choice choice;
  choice.ids.assign(ids.const_data_ptr<std::int64_t>(), ids.const_data_ptr<std::int64_t>() + rows);
  choice.logprobs.assign(logprob.const_data_ptr<double>(), logprob.const_data_ptr<double>() + rows);
  return choice;
}

// One row's answer as it grows.
class Answer {
 public:
  Answer(const Tokenizer& tokenizer, const Decoding& decoding,
         std::span<const std::int32_t> end_tokens)
      : tokenizer_(tokenizer), decoding_(decoding), end_tokens_(end_tokens) {}

  // Returns true while the row wants more.
  bool add(std::int32_t id, double logprob) {
    if (std::isinf(logprob)) {
      generation.error = "no token of the vocabulary keeps the answer in its form";
      return finish(StopReason::kError);
    }
    generation.logprob += logprob;
    if (std::find(end_tokens_.begin(), end_tokens_.end(), id) != end_tokens_.end()) {
      return finish(StopReason::kEos);
    }
    generation.ids.push_back(id);
    generation.text = tokenizer_.decode(generation.ids);
    std::size_t cut = std::string::npos;
    for (const std::string& stop : decoding_.stop) {
      cut = std::min(cut, generation.text.find(stop));
    }
    if (cut != std::string::npos) {
      generation.text.resize(cut);
      return finish(StopReason::kStopString);
    }
    if (static_cast<int>(generation.ids.size()) >= decoding_.max_new_tokens) {
      return finish(StopReason::kLength);
    }
    return true;
  }

  Generation generation;

 private:
  bool finish(StopReason reason) {
    generation.stop = reason;
    return false;
  }

  const Tokenizer& tokenizer_;
  const Decoding& decoding_;
  std::span<const std::int32_t> end_tokens_;
};

// The rows of the batch: which answer each belongs to, its last token, and whether it wants more.
struct Rows {
  std::vector<std::int64_t> answer, token;
  std::vector<bool> unfinished;
};

// Hands each row its next token; returns the batch rows that go on.
std::vector<std::int64_t> advance(const Choice& choice, RowForms* forms,
                                  std::vector<Answer>& answers, Rows& rows) {
  std::vector<std::int64_t> staying;
  rows.token = choice.ids;
  for (std::size_t r = 0; r < rows.answer.size(); ++r) {
    if (!rows.unfinished[r]) continue;
    const auto id = static_cast<std::int32_t>(choice.ids[r]);
    rows.unfinished[r] = answers[rows.answer[r]].add(id, choice.logprobs[r]);
    if (!rows.unfinished[r]) continue;
    if (forms) forms->advance(rows.answer[r], id);
    staying.push_back(static_cast<std::int64_t>(r));
  }
  return staying;
}

Rows only(const std::vector<std::int64_t>& staying, const Rows& rows) {
  Rows fewer;
  for (const std::int64_t r : staying) {
    fewer.answer.push_back(rows.answer[r]);
    fewer.token.push_back(rows.token[r]);
    fewer.unfinished.push_back(rows.unfinished[r]);
  }
  return fewer;
}

}  // namespace

std::vector<Generation> generate_greedily(Decoder& decoder, const Tokenizer& tokenizer,
                                          std::span<const TokenIds> prompts,
                                          const Decoding& decoding,
                                          std::span<const std::int32_t> end_tokens,
                                          const TokenTable* tokens) {
  QUADRANT_CHECK(!prompts.empty() && decoding.max_new_tokens > 0);
  std::optional<RowForms> held;
  if (!decoding.forms.empty()) {
    QUADRANT_CHECK(tokens && decoding.forms.size() == prompts.size());
    held.emplace(*tokens, decoding.forms, end_tokens);
  }
  RowForms* const forms = held ? &*held : nullptr;
  const c10::InferenceMode inference;
  const at::Device device = decoder.head().device();
  const auto start = Clock::now();

  const TokenTree tree = build_token_tree(prompts);
  CachedAttention cache(tree, decoding.max_new_tokens);
  TreeAttention prefill(tree, device, [&cache](const Tensor& keys, const Tensor& values) {
    cache.add_layer(keys, values);
  });
  const Tensor hidden =
      decoder.hidden(id_tensor(tree.ids, device), index_tensor(tree.positions, device), prefill);
  std::vector<Answer> answers(prompts.size(), Answer(tokenizer, decoding, end_tokens));
  Rows rows;
  std::vector<std::int64_t> last;
  for (const std::size_t r : tree.order) {
    QUADRANT_CHECK(!prompts[r].empty());
    rows.answer.push_back(static_cast<std::int64_t>(r));
    rows.unfinished.push_back(true);
    last.push_back(tree.paths[r].back());
  }
  TokenStep step(decoder, std::move(cache));
  Choice choice =
      choose(decoder, hidden.index_select(0, index_tensor(last, device)), forms, rows.answer);
  const double prefill_ms = milliseconds_since(start);

  while (true) {
    const std::vector<std::int64_t> staying = advance(choice, forms, answers, rows);
    if (staying.empty()) break;
    if (step.should_drop_rows(staying.size(), rows.answer.size())) {
      step.keep_rows(staying);
      rows = only(staying, rows);
    }
    choice = choose(decoder, step.hidden(rows.token), forms, rows.answer);
  }

  const double share = 1.0 / static_cast<double>(prompts.size());
  const double decode_ms = milliseconds_since(start) - prefill_ms;
  std::vector<Generation> generations;
  for (Answer& answer : answers) {
    answer.generation.prefill_ms = prefill_ms * share;
    answer.generation.decode_ms = decode_ms * share;
    generations.push_back(std::move(answer.generation));
  }
  return generations;
}

}  // namespace quadrant
