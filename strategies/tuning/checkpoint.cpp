#include "strategies/tuning/checkpoint.h"

#include <fmt/format.h>

#include "strategies/lm/tensor_file.h"

namespace quadrant {

std::filesystem::path checkpoint_file(const std::filesystem::path& folder) {
  return folder / "checkpoint.safetensors";
}

Checkpoint::Checkpoint(std::filesystem::path folder, std::string identity)
    : file_(checkpoint_file(folder)), identity_(std::move(identity)) {
  std::filesystem::create_directories(folder);
}

TrainingTotals Checkpoint::restore(AdamW& optimizer) const {
  TrainingTotals totals;
  if (!std::filesystem::exists(file_)) return totals;
  TensorFile file(file_);
  if (file.metadata("job") != identity_) return totals;
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : optimizer.state()) {
    tensor.copy_(file.take(name, tensor.sizes().vec()));
  }
  totals.steps = std::stoi(file.metadata("steps"));
  totals.tokens = std::stoll(file.metadata("tokens"));
  totals.learnt_tokens = std::stoll(file.metadata("learnt_tokens"));
  totals.seconds = std::stod(file.metadata("seconds"));
  const std::string lowest = file.metadata("lowest_dev_loss");
  if (!lowest.empty()) totals.lowest_dev_loss = std::stod(lowest);
  optimizer.set_steps_done(totals.steps);
  return totals;
}

void Checkpoint::save(const AdamW& optimizer, const TrainingTotals& totals) const {
  save_tensors(file_, optimizer.state(),
               {{"job", identity_},
                {"steps", std::to_string(totals.steps)},
                {"tokens", std::to_string(totals.tokens)},
                {"learnt_tokens", std::to_string(totals.learnt_tokens)},
                {"seconds", fmt::format("{}", totals.seconds)},
                {"lowest_dev_loss", fmt::format("{}", totals.lowest_dev_loss)}});
}

}  // namespace quadrant
