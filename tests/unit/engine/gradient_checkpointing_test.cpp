// Training with gradient checkpointing: the same numbers, less memory.
#include <doctest/doctest.h>

#include <algorithm>

#include <c10/core/Allocator.h>

#include "golden_training.h"
#include "tiny_training.h"

using namespace quadrant;

namespace {

struct Trained {
  std::vector<double> losses, norms;
  std::vector<Tensor> parameters;
};

Trained trained(TuningSpec tuning, bool checkpointing) {
  const ScratchFolder scratch;
  const auto decoder = base();
  tuning.gradient_checkpointing = checkpointing;
  const auto parameters = start(*decoder, tuning);
  Trained result;
  train_decoder(*decoder, {tuning, sequences(), reference()["seed"], scratch.path}, parameters,
                [&](const TrainingStep& step) {
                  result.losses.push_back(step.loss);
                  result.norms.push_back(step.grad_norm);
                  return true;
                });
  for (const NamedTensor& parameter : parameters) {
    result.parameters.push_back(parameter.tensor->detach().clone());
  }
  return result;
}

void check_same(const TuningSpec& tuning) {
  const Trained plain = trained(tuning, false), checkpointed = trained(tuning, true);
  CHECK(checkpointed.losses == plain.losses);
  CHECK(checkpointed.norms == plain.norms);
  REQUIRE(checkpointed.parameters.size() == plain.parameters.size());
  for (std::size_t i = 0; i < plain.parameters.size(); ++i) {
    CHECK(at::equal(checkpointed.parameters[i], plain.parameters[i]));
  }
}

std::vector<Tensor> gradients(const std::string& family, bool checkpointing) {
  const auto ids = golden("families/families.json")["ids"].get<TokenIds>();
  const TrainingSequence sequence{ids, std::vector<bool>(ids.size(), true)};
  const TrainingSequence* const group[] = {&sequence};
  const auto decoder = load_decoder(HfFolder(kGolden / "families" / family), at::kCPU);
  decoder->checkpoint_gradients(checkpointing);
  return weight_gradients(*decoder, group, 1);
}

// Counts the bytes of the tensors that live at once.
class MemoryWatch : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, std::int64_t size, std::size_t, std::size_t, c10::Device) override {
    now_ += size;
    peak_ = std::max(peak_, now_);
  }
  bool memoryProfilingEnabled() const override { return true; }
  std::int64_t peak() const { return peak_; }

 private:
  std::int64_t now_ = 0, peak_ = 0;
};

}  // namespace

TEST_CASE("gradient checkpointing changes no bit of a training, with every technique and dropout") {
  for (const auto& [name, variant] : reference()["variants"].items()) {
    CAPTURE(name);
    TuningSpec tuning = tuning_of(variant["tuning"]);
    check_same(tuning);
    if (tuning.method != "lora") continue;
    tuning.dropout = 0.3;
    check_same(tuning);
  }
}

TEST_CASE("gradient checkpointing changes no bit of any family's gradients") {
  for (const auto& [name, model] : golden("families/families.json")["models"].items()) {
    CAPTURE(name);
    const auto plain = gradients(name, false), checkpointed = gradients(name, true);
    REQUIRE(checkpointed.size() == plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) CHECK(at::equal(checkpointed[i], plain[i]));
  }
}

TEST_CASE("gradient checkpointing holds one layer's activations at a time") {
  Decoder& decoder = smollm2().decoder();
  TuningSpec tuning;
  tuning.rank = 4;
  attach_lora(decoder, tuning, 0);
  TrainingSequence sequence{TokenIds(256, 9), std::vector<bool>(256, false)};
  sequence.learn.back() = true;  // or the logits would need the most
  const TrainingSequence* const group[] = {&sequence};
  const auto peak = [&](bool checkpointing) {
    const auto watch = std::make_shared<MemoryWatch>();
    const c10::DebugInfoGuard watched(c10::DebugInfoKind::PROFILER_STATE, watch);
    decoder.checkpoint_gradients(checkpointing);
    sequence_loss(decoder, group, 1);
    return watch->peak();
  };
  const auto plain = peak(false), checkpointed = peak(true);
  CHECK(checkpointed < plain / 5);
  decoder.checkpoint_gradients(false);
  detach_lora(decoder);
}
