// Continuations and choices against lm-eval (tests/golden/make_choices.py).
#include <doctest/doctest.h>

#include <cmath>

#include "golden.h"
#include "harness/run/continuation.h"

using namespace quadrant;

TEST_CASE("context and continuation are split where lm-eval splits them") {
  for (const auto& pair : golden("choices.json")["pairs"]) {
    CAPTURE(pair["context"].get<std::string>());
    const auto request =
        continuation_request(smollm2().tokenizer(), pair["context"].get<std::string>(),
                             pair["continuation"].get<std::string>(), false, "");
    auto ids = pair["before"].get<TokenIds>();
    CHECK(request.first == ids.size());
    const auto after = pair["after"].get<TokenIds>();
    ids.insert(ids.end(), after.begin(), after.end());
    CHECK(request.ids == ids);
  }
}

TEST_CASE("a continuation without a context starts from the end of a text") {
  const auto request = continuation_request(smollm2().tokenizer(), " ", "x", false, "");
  CHECK(request.ids.front() == smollm2().tokenizer().end_of_text());
  CHECK(request.first == 1);
}

TEST_CASE("log-probabilities of choices, and the best by either rule, are lm-eval's") {
  const auto reference = golden("choices.json")["questions"];
  std::vector<ChoiceQuestion> questions;
  for (const auto& question : reference) {
    questions.push_back({question["context"].get<std::string>(),
                         question["choices"].get<std::vector<std::string>>()});
  }
  const auto scores = score_choices(smollm2(), questions);
  for (std::size_t q = 0; q < questions.size(); ++q) {
    CAPTURE(questions[q].context);
    for (std::size_t c = 0; c < scores[q].logprobs.size(); ++c) {
      CHECK(std::abs(scores[q].logprobs[c] - reference[q]["logprobs"][c].get<double>()) < 1e-3);
    }
    CHECK(scores[q].best == reference[q]["best"].get<int>());
    CHECK(scores[q].best_by_character == reference[q]["best_by_character"].get<int>());
  }
}
