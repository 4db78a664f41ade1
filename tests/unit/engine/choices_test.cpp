// Continuations and choices against lm-eval (tests/golden/make_choices.py).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "golden.h"
#include "harness/run/continuation.h"

using namespace quadrant;

TEST_CASE("context and continuation are split where lm-eval splits them") {
  for (const auto& pair : golden("choices.json")["pairs"]) {
    CAPTURE(pair["context"].get<std::string>());
    const auto request =
        continuation_request(smollm2().tokenizer(), {pair["context"].get<std::string>(), {}},
                             {pair["continuation"].get<std::string>(), {}}, "");
    auto ids = pair["before"].get<TokenIds>();
    CHECK(request.first == ids.size());
    const auto after = pair["after"].get<TokenIds>();
    ids.insert(ids.end(), after.begin(), after.end());
    CHECK(request.ids == ids);
  }
}

TEST_CASE("a continuation without a context starts from the end of a text") {
  const auto request = continuation_request(smollm2().tokenizer(), {" ", {}}, {"x", {}}, "");
  CHECK(request.ids.front() == smollm2().tokenizer().start_of_text());
  CHECK(request.first == 1);
}

TEST_CASE("special tokens of the context stay special, those of a choice are text") {
  const auto& tokenizer = smollm2().tokenizer();
  const std::string mark = "<|im_start|>", turn = mark + "assistant\n";
  const MarkedText context{turn, {{0, mark.size()}}, true};
  const auto request = continuation_request(tokenizer, context, {mark, {}}, "");
  const TokenIds special = tokenizer.encode_trusted(mark);
  REQUIRE(special.size() == 1);
  CHECK(request.ids.front() == special[0]);
  CHECK(std::count(request.ids.begin(), request.ids.end(), special[0]) == 1);
  // The line break moves to the continuation.
  const MarkedText stripped{mark + "assistant", {{0, mark.size()}}, true};
  CHECK(request.first == tokenizer.encode(stripped).size());
}

TEST_CASE("log-probabilities of choices, and the best by either rule, are lm-eval's") {
  const auto reference = golden("choices.json")["questions"];
  std::vector<ChoiceQuestion> questions;
  for (const auto& question : reference) {
    questions.push_back({{question["context"].get<std::string>(), {}},
                         question["choices"].get<std::vector<std::string>>()});
  }
  const auto scores = score_choices(smollm2(), questions);
  for (std::size_t q = 0; q < questions.size(); ++q) {
    CAPTURE(questions[q].context.text);
    std::vector<double> logprobs;
    for (const OptionScore& option : scores[q]) logprobs.push_back(option.logprob);
    for (std::size_t c = 0; c < logprobs.size(); ++c) {
      CHECK(std::abs(logprobs[c] - reference[q]["logprobs"][c].get<double>()) < 1e-3);
    }
    CHECK(most_likely(logprobs) == reference[q]["best"].get<int>());
    CHECK(most_likely_per_character(logprobs, questions[q].choices) ==
          reference[q]["best_by_character"].get<int>());
  }
}

TEST_CASE("a choice without its question, and a text of one window, are the same thing") {
  const std::vector<std::string> texts{"The archive is in room nine.", "서울의 날씨"};
  const std::vector<ChoiceQuestion> questions{{{"Where?", {}}, texts, "", true}};
  const auto choices = score_choices(smollm2(), questions)[0];
  const auto whole = score_texts(smollm2(), texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(whole[i].logprob == doctest::Approx(choices[i].without_question).epsilon(1e-5));
    CHECK(whole[i].bytes == static_cast<std::int64_t>(texts[i].size()));
  }
  CHECK(whole[1].characters == 6);
}
