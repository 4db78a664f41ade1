// Gemma 3 270M against transformers on the same de-quantised weights.
#include <doctest/doctest.h>

#include <unistd.h>

#include <cmath>

#include <filesystem>

#include "golden.h"
#include "strategies/lm/tokenizer/tokenizer.h"
#include "strategies/lm/weights/gguf.h"
#include "strategies/model_files.h"
#include "strategies/tuning/gguf_tokenizer.h"

using namespace quadrant;

namespace {

DecoderModel& gemma3() {
  static DecoderModel model(load_model({.path = "gemma-3-270m", .chat_template = "none"}));
  return model;
}

}  // namespace

TEST_CASE("Gemma 3: log-probabilities equal transformers' within 1e-3, beyond the window too") {
  const auto reference = golden("gemma3.json");
  std::vector<nlohmann::json> wanted{reference["long"]};
  wanted.insert(wanted.end(), reference["texts"].begin(), reference["texts"].end());
  std::vector<ScoreRequest> requests;
  for (const auto& text : wanted) requests.push_back({text["ids"].get<TokenIds>(), 1});
  const auto scores = gemma3().score(requests);
  double worst = 0;
  for (std::size_t t = 0; t < scores.size(); ++t) {
    const auto logprobs = wanted[t]["token_logprobs"].get<std::vector<double>>();
    REQUIRE(scores[t].logprobs.size() == logprobs.size());
    for (std::size_t i = 0; i < logprobs.size(); ++i) {
      worst = std::max(worst, std::abs(scores[t].logprobs[i] - logprobs[i]));
    }
  }
  MESSAGE("largest difference " << worst);
  CHECK(worst < 1e-3);
}

TEST_CASE("Gemma 3: greedy answers equal transformers'") {
  const auto reference = golden("gemma3.json");
  std::vector<TokenIds> prompts;
  for (const auto& chat : reference["chat"]) prompts.push_back(chat["prompt_ids"].get<TokenIds>());
  const int most = reference["max_new_tokens"];
  const auto answers = gemma3().generate(prompts, {.max_new_tokens = most, .stop = {}});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(reference["chat"][i]["prompt"].get<std::string>());
    CHECK(answers[i].ids == reference["chat"][i]["completion_ids"].get<TokenIds>());
    CHECK(answers[i].text == reference["chat"][i]["text"].get<std::string>());
  }
}

TEST_CASE("Gemma's tokenizer as tokenizer.json gives the same ids") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("quadrant_gemma_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const TokenizerFiles files =
      hugging_face_tokenizer(GgufFile(model_file("gemma-3-270m")), gemma3().context_window());
  write_atomically(folder / "tokenizer.json", files.tokenizer);
  write_atomically(folder / "tokenizer_config.json", files.config);
  const auto found = load_tokenizer(folder);
  std::filesystem::remove_all(folder);
  const auto reference = golden("sentencepiece.json");
  const auto texts = reference["texts"].get<std::vector<std::string>>();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(texts[i]);
    const auto ids = reference["gemma"][i].get<TokenIds>();
    CHECK(found->encode_trusted(texts[i]) == ids);
    CHECK(found->decode(ids) == reference["gemma_decoded"][i].get<std::string>());
  }
  CHECK(found->special().ends == TokenIds{1});
}
