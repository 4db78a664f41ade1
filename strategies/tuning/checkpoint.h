// A training's state on disk: parameters, optimizer moments and counters in one safetensors file,
// the same for any number of ranks. Rank 0 alone reads and writes it.
#pragma once

#include <filesystem>
#include <string>

#include "strategies/tuning/optimizer.h"
#include "strategies/tuning/ranks.h"
#include "strategies/tuning/trainer.h"

namespace quadrant {

class Checkpoint {
 public:
  // `identity` is the job's hash: a checkpoint of another job is ignored.
  Checkpoint(std::filesystem::path folder, std::string identity, Ranks& ranks);

  // Both are called by all ranks.
  // Copies a checkpoint into the optimizer's tensors; all zeros when there is none.
  TrainingTotals restore(AdamW& optimizer) const;
  // Replaces the file in one rename; on failure the previous one stays.
  void save(const AdamW& optimizer, const TrainingTotals& totals) const;

 private:
  std::filesystem::path file_;
  std::string identity_;
  Ranks& ranks_;
};

// The file inside a training's folder; gone once the training is finished.
std::filesystem::path checkpoint_file(const std::filesystem::path& folder);

}  // namespace quadrant
