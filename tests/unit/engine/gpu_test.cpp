// The same engine on a GPU: its numbers within a bound of the CPU's. Left out, and counted as such,
// where no GPU is visible or the program was built without the GPU's half of libtorch.
#include <doctest/doctest.h>

#include <filesystem>
#include <functional>

#include "golden_training.h"
#include "strategies/lm/generate.h"
#include "strategies/lm/gpu/fused.h"
#include "strategies/lm/gpu/recording.h"
#include "strategies/lm/layers/blocks.h"
#include "strategies/lm/layers/cross_entropy.h"
#include "strategies/lm/layers/norm.h"
#include "strategies/lm/layers/rope.h"
#include "strategies/lm/score.h"
#include "strategies/lm/weights/hf_folder.h"
#include "strategies/tuning/trainer.h"
#include "tiny_training.h"

using namespace quadrant;
namespace fs = std::filesystem;

namespace {

const fs::path kFamilies = fs::path(QUADRANT_SOURCE_DIR) / "tests/golden/families";

bool has_no_gpu() { return !at::hasCUDA(); }

std::unique_ptr<Decoder> family(const std::string& name, at::Device device,
                                at::ScalarType type = at::kFloat) {
  return load_decoder(HfFolder(kFamilies / name), at::TensorOptions(device).dtype(type));
}

// Log-probabilities of the golden ids, one after the other and beside a text that begins alike.
std::vector<double> logprobs(Decoder& decoder, const TokenIds& ids) {
  TokenIds other(ids.begin(), ids.begin() + std::ssize(ids) / 2);
  other.insert(other.end(), ids.rbegin(), ids.rbegin() + 9);
  const std::vector<ScoreRequest> requests{{ids, 1}, {other, 1}};
  std::vector<double> all;
  for (const TokenScores& scores : score_tokens(decoder, requests)) {
    all.insert(all.end(), scores.logprobs.begin(), scores.logprobs.end());
  }
  return all;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

// Each method in each type.
void for_each_training(const std::function<void(ModelEngine& engine, const std::string& type,
                                                const std::string& method)>& check) {
  for (const std::string type : {"float32", "bfloat16"}) {
    const auto engine =
        load_engine({.path = "smollm2-135m-instruct", .device = "cuda", .dtype = type}, true);
    for (const std::string method : {"full", "lora"}) {
      CAPTURE(type);
      CAPTURE(method);
      check(*engine, type, method);
    }
  }
}

}  // namespace

TEST_CASE("GPU: log-probabilities of every family equal the CPU's; bfloat16 stays near" *
          doctest::skip(has_no_gpu())) {
  const auto reference = golden("families/families.json");
  const auto ids = reference["ids"].get<TokenIds>();
  for (const auto& [name, model] : reference["models"].items()) {
    CAPTURE(name);
    const auto wanted = logprobs(*family(name, at::kCPU), ids);
    CHECK(largest_difference(logprobs(*family(name, at::kCUDA), ids), wanted) < 1e-3);
    CHECK(largest_difference(logprobs(*family(name, at::kCUDA, at::kBFloat16), ids), wanted) < 0.5);
  }
}

TEST_CASE("GPU: greedy answers are the CPU's, from recorded steps, while rows leave" *
          doctest::skip(has_no_gpu())) {
  DecoderModel gpu(load_model({.path = "smollm2-135m-instruct", .device = "cuda"}));
  std::vector<TokenIds> prompts;
  for (const char* text : {"The capital of France is", "The capital of France has", "One, two,",
                           "Water boils at a temperature of", "Q: Who wrote Hamlet?\nA:"}) {
    prompts.push_back(gpu.tokenizer().encode_plain(text));
  }
  const Decoding decoding{.max_new_tokens = 40, .stop = {"\n", "."}};
  const auto on_gpu = gpu.generate(prompts, decoding);
  const auto on_cpu = smollm2().generate(prompts, decoding);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CAPTURE(i);
    CHECK(on_gpu[i].text == on_cpu[i].text);
    CHECK(std::abs(on_gpu[i].logprob - on_cpu[i].logprob) < 1e-2);
  }
  CHECK(can_record(at::kCUDA));  // no recording failed
}

TEST_CASE("GPU: every kernel is used: none differs from libtorch" * doctest::skip(has_no_gpu())) {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    const Tensor x = at::zeros({1}, at::TensorOptions(at::kCUDA).dtype(type));
    for (const Fused kernel : {Fused::kNorm, Fused::kRotation, Fused::kSiluGate, Fused::kGeluGate,
                               Fused::kGather, Fused::kCrossEntropy}) {
      CAPTURE(static_cast<int>(kernel));
      CHECK(can_fuse(kernel, x));
    }
  }
}

// Every kernel with sizes that come in no packs, and rows from a wider tensor.
TEST_CASE("GPU: kernels take odd sizes and gaps between rows" * doctest::skip(has_no_gpu())) {
  const at::NoGradGuard no_grad;
  const auto close = [](const Tensor& a, const Tensor& b) {
    return ((a.cpu() - b).norm() / b.norm()).item<double>() < 1e-5;
  };
  const Tensor wide = at::randn({5, 21});
  const Tensor gate = wide.slice(1, 0, 7), up = wide.slice(1, 7, 14);
  const Tensor on_gpu = wide.cuda();
  CHECK(close(silu_gated(on_gpu.slice(1, 0, 7), on_gpu.slice(1, 7, 14)), at::silu(gate) * up));
  CHECK(close(rms_norm(on_gpu, wide[0].cuda(), 1e-6), rms_norm(wide, wide[0], 1e-6)));
  const Tensor heads = at::randn({5, 3, 6}), positions = at::arange(5);
  const auto turned = [&](const at::Device& device) {
    return rotate(heads.to(device).narrow(1, 1, 2),
                  rotation(positions.to(device), rope_frequencies({}, 6, device), 1));
  };
  CHECK(close(turned(at::kCUDA), turned(at::kCPU)));
  Tensor logits = at::randn({5, 1031}), logits_on_gpu = logits.cuda();
  const Tensor weights = at::rand({5});
  const Tensor losses = cross_entropy_in_place(logits, positions, weights);
  CHECK(close(cross_entropy_in_place(logits_on_gpu, positions.cuda(), weights.cuda()), losses));
  CHECK(close(logits_on_gpu, logits));
}

TEST_CASE("GPU: gradients of every family equal the CPU's" * doctest::skip(has_no_gpu())) {
  const auto reference = golden("families/families.json");
  const auto ids = reference["ids"].get<TokenIds>();
  std::vector<TrainingSequence> sequences;
  for (const std::ptrdiff_t shared : {0, 9, 20}) {  // the second and the third begin like the first
    TokenIds text(ids.begin(), ids.begin() + shared);
    text.insert(text.end(), ids.rbegin(), ids.rend());
    sequences.push_back({text, std::vector<bool>(text.size(), true)});
  }
  sequences.push_back({ids, std::vector<bool>(ids.size(), true)});
  std::vector<const TrainingSequence*> group;
  for (const TrainingSequence& sequence : sequences) group.push_back(&sequence);
  for (const auto& [name, model] : reference["models"].items()) {
    CAPTURE(name);
    const auto wanted = weight_gradients(*family(name, at::kCPU), group, 1e-2);
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      const auto decoder = family(name, at::kCUDA, type);
      const auto got = weight_gradients(*decoder, group, 1e-2);
      decoder->checkpoint_gradients(true);
      const auto checkpointed = weight_gradients(*decoder, group, 1e-2);
      const auto weights = decoder->weights();
      REQUIRE(got.size() == wanted.size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(weights[i].name);
        const Tensor whole = wanted[i].to(at::kDouble), ours = got[i].to(at::kCPU, at::kDouble);
        const double difference = (ours - whole).norm().item<double>();
        const double bound = type == at::kFloat ? 1e-4 : 0.4;
        CHECK(difference <= bound * whole.norm().item<double>());
        CHECK(at::equal(checkpointed[i], got[i]));
      }
    }
  }
}

TEST_CASE("GPU: ten steps of training follow transformers and PEFT" * doctest::skip(has_no_gpu())) {
  const auto reference = golden("training.json");
  for_each_training([&](ModelEngine& engine, const std::string& type, const std::string& method) {
    const ScratchFolder folder;
    const auto steps = train(engine, golden_job(reference, method, folder.path));
    const bool whole = type == "float32";
    check_steps(steps, reference[method]["steps"], whole ? 1e-3 : 2e-2, whole ? 1e-2 : 0.2);
  });
}

TEST_CASE("GPU: a training that was stopped goes on bit for bit" * doctest::skip(has_no_gpu())) {
  const auto reference = golden("training.json");
  for_each_training(
      [&](ModelEngine& engine, const std::string& /*type*/, const std::string& method) {
        TrainingJob job = golden_job(reference, method, {});
        job.tuning.dropout = method == "lora" ? 0.1 : 0;
        const ScratchFolder folder;
        job.folder = folder.path / "whole";
        const auto whole = engine.train(job, [](const TrainingStep&) { return true; });
        job.folder = folder.path / "cut";
        CHECK(train(engine, job, 4).size() == 4);
        const auto cut = engine.train(job, [](const TrainingStep&) { return true; });
        CHECK(cut.result.weights_hash == whole.result.weights_hash);
      });
}
