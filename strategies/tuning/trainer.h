// The training loop: token trees in, a tuned decoder out; stops and goes on bit for bit.
#pragma once

#include <functional>
#include <limits>

#include "harness/core/interfaces.h"
#include "strategies/lm/arch/decoder.h"
#include "strategies/tuning/ranks.h"

namespace quadrant {

// Loss of a group of sequences: the sum over learnt tokens of -log p, times `scale`. Its gradients
// are added to those of the tensors that ask for them. A token that several sequences learn after
// the same prefix counts each time.
double sequence_loss(Decoder& decoder, std::span<const TrainingSequence* const> sequences,
                     double scale);

// Trains the decoder's parameters in place: the LoRA branches of `job.tuning` when the method is
// "lora", all weights when it is "full" (the decoder must then own its weights alone).
// Sequences of a later stage come after all epochs of the earlier ones: the model is trained on one
// after the other. Each stage has its own warm-up and decay; the optimizer's averages go on.
// With a checkpoint of the same job in job.folder it goes on from there. Returns false when
// `observe` asked to stop: a checkpoint is then in the folder.
// Checkpoints are also written about once a minute; when the disk is full the previous one stays
// and the Error says so.
// `keep_best` is called after an epoch whose loss on job.dev, without dropout, is the lowest so
// far.
// Of several ranks, all of which call this with the same job and the same weights, each computes
// its share of every batch: the losses are those of one rank, up to rounding (with dropout: in
// other places). `observe` and `keep_best` are called on all; one that asks to stop stops all. Any
// number of ranks goes on from a checkpoint.
struct TrainingTotals {
  bool finished = false;
  int steps = 0;
  std::int64_t tokens = 0, learnt_tokens = 0;
  double seconds = 0;
  double lowest_dev_loss = std::numeric_limits<double>::infinity();
};
TrainingTotals train_decoder(
    Decoder& decoder, const TrainingJob& job, const std::vector<NamedTensor>& parameters,
    const std::function<bool(const TrainingStep&)>& observe,
    const std::function<void()>& keep_best = [] {}, Ranks& ranks = alone());

// Identity of what a checkpoint belongs to: recipe, sequences (dev too) and seed.
std::string job_hash(const TrainingJob& job);

}  // namespace quadrant
