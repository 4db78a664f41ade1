#include "strategies/tuning/checkpoint.h"

#include <optional>

#include <fmt/format.h>

#include "strategies/lm/tensor_file.h"

namespace quadrant {

namespace {

TrainingTotals totals_in(const TensorFile& file) {
  TrainingTotals totals;
  totals.steps = std::stoi(file.metadata("steps"));
  totals.tokens = std::stoll(file.metadata("tokens"));
  totals.learnt_tokens = std::stoll(file.metadata("learnt_tokens"));
  totals.seconds = std::stod(file.metadata("seconds"));
  const std::string lowest = file.metadata("lowest_dev_loss");
  if (!lowest.empty()) totals.lowest_dev_loss = std::stod(lowest);
  return totals;
}

// Counts stay exact: they are below 2^53.
void copy_from_rank_0(Ranks& ranks, TrainingTotals& totals) {
  Tensor numbers = at::empty({5}, at::kDouble);
  double* number = numbers.mutable_data_ptr<double>();
  number[0] = totals.steps;
  number[1] = static_cast<double>(totals.tokens);
  number[2] = static_cast<double>(totals.learnt_tokens);
  number[3] = totals.seconds;
  number[4] = totals.lowest_dev_loss;
  ranks.copy_from(0, numbers);
  totals.steps = static_cast<int>(number[0]);
  totals.tokens = static_cast<std::int64_t>(number[1]);
  totals.learnt_tokens = static_cast<std::int64_t>(number[2]);
  totals.seconds = number[3];
  totals.lowest_dev_loss = number[4];
}

}  // namespace

std::filesystem::path checkpoint_file(const std::filesystem::path& folder) {
  return folder / "checkpoint.safetensors";
}

Checkpoint::Checkpoint(std::filesystem::path folder, std::string identity, Ranks& ranks)
    : file_(checkpoint_file(folder)), identity_(std::move(identity)), ranks_(ranks) {
  if (ranks.rank() == 0) std::filesystem::create_directories(folder);
}

TrainingTotals Checkpoint::restore(AdamW& optimizer) const {
  TrainingTotals totals;
  std::optional<TensorFile> file;
  if (ranks_.rank() == 0 && std::filesystem::exists(file_)) {
    file.emplace(file_);
    if (file->metadata("job") == identity_) totals = totals_in(*file);
  }
  copy_from_rank_0(ranks_, totals);
  if (totals.steps == 0) return totals;
  const std::vector<TensorSpec> state = optimizer.state();
  for (std::size_t i = 0; i < state.size(); ++i) {
    Tensor tensor =
        file ? file->take(state[i].name, state[i].shape) : at::empty(state[i].shape, at::kFloat);
    ranks_.copy_from(0, tensor);
    optimizer.set_state_tensor(i, tensor);
  }
  optimizer.set_steps_done(totals.steps);
  return totals;
}

void Checkpoint::save(const AdamW& optimizer, const TrainingTotals& totals) const {
  const std::vector<TensorSpec> state = optimizer.state();
  if (ranks_.rank() != 0) {  // only gives what it holds
    for (std::size_t i = 0; i < state.size(); ++i) optimizer.state_tensor(i);
    return;
  }
  write_safetensors(file_, state,
                    {{"job", identity_},
                     {"steps", std::to_string(totals.steps)},
                     {"tokens", std::to_string(totals.tokens)},
                     {"learnt_tokens", std::to_string(totals.learnt_tokens)},
                     {"seconds", fmt::format("{}", totals.seconds)},
                     {"lowest_dev_loss", fmt::format("{}", totals.lowest_dev_loss)}},
                    [&](std::size_t index, const ByteSink& sink) {
                      const Tensor values =
                          optimizer.state_tensor(index).to(at::kCPU, at::kFloat).contiguous();
                      sink(values.const_data_ptr(), values.nbytes());
                    });
}

}  // namespace quadrant
