#include "strategies/tuning/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/rng.h"
#include "strategies/lm/layers/gather.h"
#include "strategies/lm/tree/token_tree.h"
#include "strategies/tuning/checkpoint.h"
#include "strategies/tuning/loss.h"
#include "strategies/tuning/optimizer.h"

namespace quadrant {
namespace {

using Clock = std::chrono::steady_clock;
using Group = std::vector<const TrainingSequence*>;

constexpr double kSecondsBetweenCheckpoints = 60;

// Of one pass; bounds the memory of activations.
std::size_t tokens_at_once(const Decoder& decoder) {
  return decoder.head().is_cuda() ? 8192 : 1024;
}

std::int64_t learnt_tokens(const TrainingSequence& sequence) {
  return std::count(sequence.learn.begin() + 1, sequence.learn.end(), true);
}

// One stage after the other, each for all epochs.
struct Stage {
  std::vector<std::size_t> members;  // index into TrainingJob::sequences
  int begin = 0, end = 0;            // its steps, of all steps
  int steps_an_epoch = 0, first_epoch = 0;
};

std::vector<Stage> stages_of(const TrainingJob& job) {
  std::map<int, Stage> by_number;
  for (std::size_t i = 0; i < job.sequences.size(); ++i) {
    by_number[job.sequences[i].stage].members.push_back(i);
  }
  std::vector<Stage> stages;
  for (auto& [number, stage] : by_number) {
    const int count = static_cast<int>(stage.members.size()), size = job.tuning.batch_size;
    stage.steps_an_epoch = (count + size - 1) / size;
    stage.first_epoch = static_cast<int>(stages.size()) * job.tuning.epochs;
    stage.begin = stages.empty() ? 0 : stages.back().end;
    stage.end = stage.begin + stage.steps_an_epoch * job.tuning.epochs;
    stages.push_back(std::move(stage));
  }
  return stages;
}

const Stage& stage_at(const std::vector<Stage>& stages, int step) {
  return *std::find_if(stages.begin(), stages.end(),
                       [step](const Stage& stage) { return step < stage.end; });
}

Group step_batch(const TrainingJob& job, const Stage& stage, int step) {
  const int epoch = (step - stage.begin) / stage.steps_an_epoch;
  std::vector<std::size_t> order = stage.members;
  Rng(job.seed, fmt::format("epoch:{}", stage.first_epoch + epoch)).shuffle(order);
  const std::size_t size = static_cast<std::size_t>(job.tuning.batch_size);
  const std::size_t begin =
      static_cast<std::size_t>((step - stage.begin) % stage.steps_an_epoch) * size;
  Group batch;
  for (std::size_t i = begin; i < std::min(begin + size, order.size()); ++i) {
    batch.push_back(&job.sequences[order[i]]);
  }
  return batch;
}

// What of a batch this rank computes. The longest sequence goes first, each to the rank with the
// fewest tokens so far: a step takes as long as the slowest rank. In the order of the batch.
Group own_share(const Group& batch, const Ranks& ranks) {
  std::vector<std::size_t> order(batch.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return batch[a]->ids.size() > batch[b]->ids.size();
  });
  std::vector<std::size_t> tokens(static_cast<std::size_t>(ranks.size()));
  std::vector<std::ptrdiff_t> owners(batch.size());
  for (const std::size_t i : order) {
    const auto fewest = std::min_element(tokens.begin(), tokens.end());
    *fewest += batch[i]->ids.size();
    owners[i] = fewest - tokens.begin();
  }
  Group share;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (owners[i] == ranks.rank()) share.push_back(batch[i]);
  }
  return share;
}

struct BatchOutcome {
  double loss = 0;  // the mean over all learnt tokens of the batch
  std::int64_t tokens = 0, learnt = 0;
};
// Each rank adds the gradients of its share, in passes of bounded size.
BatchOutcome batch_loss(Decoder& decoder, const Group& batch, Ranks& ranks) {
  BatchOutcome outcome;
  for (const TrainingSequence* sequence : batch) {
    outcome.tokens += static_cast<std::int64_t>(sequence->ids.size());
    outcome.learnt += learnt_tokens(*sequence);
  }
  const Group share = own_share(batch, ranks);
  std::vector<TokenIds> ids;
  for (const TrainingSequence* sequence : share) ids.push_back(sequence->ids);
  std::size_t begin = 0;
  for (const std::size_t end : split_by_tokens(ids, tokens_at_once(decoder))) {
    const Group part(share.data() + begin, share.data() + end);
    outcome.loss += sequence_loss(decoder, part, 1.0 / static_cast<double>(outcome.learnt));
    begin = end;
  }
  outcome.loss = ranks.sum(outcome.loss);
  return outcome;
}

class WithoutDropout {
 public:
  explicit WithoutDropout(Decoder& decoder) : decoder_(decoder) { exchange(); }
  ~WithoutDropout() { exchange(); }
  WithoutDropout(const WithoutDropout&) = delete;
  WithoutDropout& operator=(const WithoutDropout&) = delete;

 private:
  void exchange() {
    kept_.resize(decoder_.linears().size());
    std::size_t i = 0;
    for (Linear* linear : decoder_.linears()) {
      if (linear->lora) std::swap(linear->lora->dropout, kept_[i]);
      ++i;
    }
  }

  Decoder& decoder_;
  std::vector<double> kept_;
};

double mean_loss(Decoder& decoder, const std::vector<TrainingSequence>& sequences, Ranks& ranks) {
  const at::NoGradGuard no_grad;
  const WithoutDropout whole(decoder);
  Group all;
  for (const TrainingSequence& sequence : sequences) all.push_back(&sequence);
  return batch_loss(decoder, all, ranks).loss;
}

// Dropout must not depend on what ran before, or a resumed training would differ; nor hit the same
// places on all ranks.
void seed_dropout(const TrainingJob& job, int step, const Ranks& ranks) {
  const std::string rank = ranks.rank() == 0 ? "" : fmt::format(":rank:{}", ranks.rank());
  at::manual_seed(Rng(job.seed, fmt::format("dropout:{}{}", step, rank)).next());
}

}  // namespace

double sequence_loss(Decoder& decoder, std::span<const TrainingSequence* const> sequences,
                     double scale) {
  std::vector<TokenIds> ids;
  for (const TrainingSequence* sequence : sequences) ids.push_back(sequence->ids);
  const TokenTree tree = build_token_tree(ids);
  const at::Device device = decoder.head().device();
  TreeAttention attention(tree, device);
  const Tensor hidden =
      decoder.hidden(id_tensor(tree.ids, device), index_tensor(tree.positions, device), attention);
  std::vector<std::int64_t> rows, targets;
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    for (std::size_t i = 1; i < ids[s].size(); ++i) {
      if (!sequences[s]->learn[i]) continue;
      rows.push_back(tree.paths[s][i - 1]);
      targets.push_back(ids[s][i]);
    }
  }
  const Tensor weights =
      at::full({static_cast<std::int64_t>(rows.size())}, scale, hidden.options().dtype(at::kFloat));
  const Tensor learnt = gather(hidden, gather_of(rows, hidden.size(0), device));
  const Tensor loss =
      head_cross_entropy(learnt, decoder.head(), index_tensor(targets, device), weights);
  if (loss.requires_grad()) loss.backward();
  return loss.item<double>();
}

TrainingTotals train_decoder(Decoder& decoder, const TrainingJob& job,
                             const std::vector<NamedTensor>& parameters,
                             const std::function<bool(const TrainingStep&)>& observe,
                             const std::function<void()>& keep_best, Ranks& ranks) {
  QUADRANT_CHECK(!job.sequences.empty());
  const std::vector<Stage> stages = stages_of(job);
  const int steps = stages.back().end;

  const std::string identity = job_hash(job);
  ranks.require_same(identity, "training examples and settings");
  decoder.checkpoint_gradients(job.tuning.gradient_checkpointing);
  AdamW optimizer(parameters, job.tuning, ranks);
  const Checkpoint checkpoint(job.folder, identity, ranks);
  TrainingTotals totals = checkpoint.restore(optimizer);
  auto saved_at = Clock::now();
  while (totals.steps < steps) {
    const auto start = Clock::now();
    seed_dropout(job, totals.steps, ranks);
    optimizer.zero_grad();
    const Stage& stage = stage_at(stages, totals.steps);
    const BatchOutcome outcome = batch_loss(decoder, step_batch(job, stage, totals.steps), ranks);
    if (!std::isfinite(outcome.loss)) {
      throw Error(
          fmt::format("training diverged: the loss of step {} is not a number", totals.steps + 1),
          "tuning " + job.tuning.name, "lower its learning_rate");
    }
    optimizer.sum_gradients();
    const double norm = optimizer.clip_gradients(job.tuning.max_grad_norm);
    // Each stage warms up and decays like a training of its own.
    const double rate =
        learning_rate_at(job.tuning, totals.steps - stage.begin, stage.end - stage.begin);
    optimizer.step(rate);
    ++totals.steps;
    std::optional<double> dev_loss;
    if (!job.dev.empty() && (totals.steps - stage.begin) % stage.steps_an_epoch == 0) {
      dev_loss = mean_loss(decoder, job.dev, ranks);
      if (*dev_loss < totals.lowest_dev_loss) keep_best();
      totals.lowest_dev_loss = std::min(totals.lowest_dev_loss, *dev_loss);
    }

    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    totals.tokens += outcome.tokens;
    totals.learnt_tokens += outcome.learnt;
    totals.seconds += seconds;
    const bool stop = ranks.any(!observe(
        {totals.steps, steps, outcome.loss, norm, rate, outcome.tokens, seconds, dev_loss}));
    const std::chrono::duration<double> since_saved = Clock::now() - saved_at;
    if (ranks.any(stop || since_saved.count() > kSecondsBetweenCheckpoints)) {
      checkpoint.save(optimizer, totals);
      saved_at = Clock::now();
    }
    if (stop) return totals;
  }
  optimizer.zero_grad();
  totals.finished = true;
  return totals;
}

std::string job_hash(const TrainingJob& job) {
  const auto listed = [](const std::vector<TrainingSequence>& sequences) {
    nlohmann::json list = nlohmann::json::array();
    for (const TrainingSequence& sequence : sequences) {
      list.push_back({sequence.ids, sequence.learn});
      if (sequence.stage != 1) list.back().push_back(sequence.stage);
    }
    return list;
  };
  nlohmann::json parts{
      {"tuning", describe(job.tuning)}, {"seed", job.seed}, {"sequences", listed(job.sequences)}};
  if (!job.dev.empty()) parts["dev"] = listed(job.dev);
  return json_hash(parts);
}

}  // namespace quadrant
