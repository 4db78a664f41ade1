// The language model against transformers on the same de-quantised weights.
#include <doctest/doctest.h>

#include <cmath>

#include "golden.h"
#include "strategies/lm/language_model.h"

using namespace quadrant;

TEST_CASE("log-probabilities equal transformers' within 1e-3") {
  const auto reference = golden("smollm2.json");
  std::vector<ScoreRequest> requests;
  for (const auto& text : reference["texts"]) requests.push_back({text["ids"].get<TokenIds>(), 1});
  const auto scores = smollm2().score(requests);
  double worst = 0;
  for (std::size_t t = 0; t < scores.size(); ++t) {
    const auto wanted = reference["texts"][t]["token_logprobs"].get<std::vector<double>>();
    REQUIRE(scores[t].logprobs.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      worst = std::max(worst, std::abs(scores[t].logprobs[i] - wanted[i]));
    }
  }
  MESSAGE("largest difference " << worst);
  CHECK(worst < 1e-3);
}

TEST_CASE("greedy answers equal transformers', whatever the batch") {
  const auto reference = golden("smollm2.json");
  std::vector<TokenIds> prompts;
  for (const auto& chat : reference["chat"]) prompts.push_back(chat["prompt_ids"].get<TokenIds>());
  for (const std::size_t batch : {std::size_t{1}, std::size_t{5}, prompts.size()}) {
    for (std::size_t begin = 0; begin < prompts.size(); begin += batch) {
      const std::size_t size = std::min(batch, prompts.size() - begin);
      const auto answers = smollm2().generate(std::span(prompts).subspan(begin, size),
                                              {.max_new_tokens = 32, .stop = {}});
      for (std::size_t i = 0; i < size; ++i) {
        auto wanted = reference["chat"][begin + i]["completion_ids"].get<TokenIds>();
        if (!wanted.empty() && wanted.back() == 2) wanted.pop_back();  // <|im_end|> is not kept
        CHECK(answers[i].ids == wanted);
      }
    }
  }
}

TEST_CASE("scores do not depend on what else is in the batch") {
  const auto reference = golden("smollm2.json");
  std::vector<ScoreRequest> requests;
  for (const auto& text : reference["texts"]) requests.push_back({text["ids"].get<TokenIds>(), 1});
  const auto together = smollm2().score(requests);
  double worst = 0;
  for (std::size_t t = 0; t < requests.size(); ++t) {
    const auto alone = smollm2().score(std::span(&requests[t], 1));
    for (std::size_t i = 0; i < alone[0].logprobs.size(); ++i) {
      worst = std::max(worst, std::abs(alone[0].logprobs[i] - together[t].logprobs[i]));
    }
  }
  MESSAGE("largest difference " << worst);
  CHECK(worst < 1e-4);
}

TEST_CASE("a shared prefix counts once and changes nothing") {
  const auto& tokenizer = smollm2().tokenizer();
  const std::string prefix = "Marlo Venn keeps the blue key of the archive in room nine. ";
  std::vector<ScoreRequest> requests;
  for (const char* end :
       {"He goes home at six.", "He goes home at seven.", "She writes letters."}) {
    requests.push_back({tokenizer.encode_plain(prefix + end), 1});
  }
  const auto shared = smollm2().score(requests);
  for (std::size_t r = 0; r < requests.size(); ++r) {
    const auto alone = smollm2().score(std::span(&requests[r], 1));
    for (std::size_t i = 0; i < alone[0].logprobs.size(); ++i) {
      CHECK(shared[r].logprobs[i] == doctest::Approx(alone[0].logprobs[i]).epsilon(1e-4));
    }
  }
}

TEST_CASE("a prompt that does not fit is a record with an error") {
  const std::vector<TokenIds> prompts{TokenIds(9000, 100), TokenIds{504, 3575, 282}};
  const auto answers = smollm2().generate(prompts, {.max_new_tokens = 2, .stop = {}});
  CHECK(answers[0].stop == StopReason::kError);
  CHECK(answers[0].error.find("context window of 8192") != std::string::npos);
  CHECK(answers[1].error.empty());
}
