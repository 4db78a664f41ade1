// The same engine on a GPU: its numbers within a bound of the CPU's. Left out, and counted as such,
// where no GPU is visible or the program was built without the GPU's half of libtorch.
#include <doctest/doctest.h>

#include <filesystem>

#include "golden_training.h"
#include "strategies/lm/generate.h"
#include "strategies/lm/gpu/recording.h"
#include "strategies/lm/score.h"
#include "strategies/lm/weights/hf_folder.h"

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

TEST_CASE("GPU: ten steps of training follow transformers and PEFT" * doctest::skip(has_no_gpu())) {
  const auto reference = golden("training.json");
  const auto engine = load_engine({.path = "smollm2-135m-instruct", .device = "cuda"}, true);
  for (const std::string method : {"full", "lora"}) {
    CAPTURE(method);
    const ScratchFolder folder;
    const auto steps = train(*engine, golden_job(reference, method, folder.path));
    check_steps(steps, reference[method]["steps"]);
  }
}
