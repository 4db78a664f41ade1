// The language model against transformers on the same de-quantised weights.
#include <doctest/doctest.h>

#include <cmath>

#include "golden.h"
#include "harness/metrics/answer_form.h"
#include "harness/metrics/scorers.h"
#include "harness/run/noise_floor.h"
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
  const auto& chats = reference["chat"];
  std::vector<TokenIds> prompts;
  // 32 prompts: the twelve again and again. Equal prompts share all they have.
  for (int i = 0; i < 32; ++i) {
    prompts.push_back(chats[i % chats.size()]["prompt_ids"].get<TokenIds>());
  }
  for (const std::size_t batch : {1, 3, 8, 32}) {
    CAPTURE(batch);
    const std::size_t asked = batch == 32 ? prompts.size() : chats.size();
    for (std::size_t begin = 0; begin < asked; begin += batch) {
      const std::size_t size = std::min(batch, asked - begin);
      const auto answers = smollm2().generate(std::span(prompts).subspan(begin, size),
                                              {.max_new_tokens = 32, .stop = {}});
      for (std::size_t i = 0; i < size; ++i) {
        auto wanted = chats[(begin + i) % chats.size()]["completion_ids"].get<TokenIds>();
        if (!wanted.empty() && wanted.back() == 2) wanted.pop_back();  // <|im_end|> is not kept
        CHECK(answers[i].ids == wanted);
      }
    }
  }
}

TEST_CASE("log-probabilities do not depend on the batch: 1, 3, 8 and 32 texts") {
  const auto reference = golden("smollm2.json");
  std::vector<ScoreRequest> requests;
  for (const auto& text : reference["texts"]) requests.push_back({text["ids"].get<TokenIds>(), 1});
  std::vector<std::vector<TokenScores>> by_batch;
  for (const std::size_t batch : {1, 3, 8, 32}) {
    by_batch.emplace_back();
    for (std::size_t begin = 0; begin < requests.size(); begin += batch) {
      const std::size_t size = std::min(batch, requests.size() - begin);
      for (auto& scores : smollm2().score(std::span(requests).subspan(begin, size))) {
        by_batch.back().push_back(std::move(scores));
      }
    }
  }
  double worst = 0;
  for (const auto& scores : by_batch) {
    for (std::size_t t = 0; t < requests.size(); ++t) {
      for (std::size_t i = 0; i < scores[t].logprobs.size(); ++i) {
        worst = std::max(worst, std::abs(scores[t].logprobs[i] - by_batch[0][t].logprobs[i]));
      }
    }
  }
  MESSAGE("largest difference " << worst);
  CHECK(worst < 1e-4);
}

TEST_CASE("the noise floor that a run stores is within the bound") {
  const double floor = logprob_noise_floor(smollm2());
  MESSAGE("noise floor " << floor);
  CHECK(floor < 1e-4);
}

TEST_CASE("prompts with a long common beginning answer as they do alone") {
  const std::string notes =
      "Notes of the harbour office. Pier 4 is kept by Orla Fenn and opens at 6:40. Pier 5 is kept "
      "by "
      "Bram Lasko and opens at 7:15. Pier 6 is kept by Tess Moray and opens at 8:05.\n";
  std::vector<TokenIds> prompts;
  for (const char* question : {"Question: Who keeps pier 4?\nAnswer:", "Question: Who keeps pier 5",
                               "Question: When does pier 6 open?\nAnswer:"}) {
    prompts.push_back(smollm2().tokenizer().encode_plain(notes + question));
  }
  const Decoding decoding{.max_new_tokens = 12, .stop = {}};
  const auto together = smollm2().generate(prompts, decoding);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto alone = smollm2().generate(std::span(&prompts[i], 1), decoding);
    CHECK(together[i].ids == alone[0].ids);
    CHECK(std::abs(together[i].logprob - alone[0].logprob) < 1e-3);
  }
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

TEST_CASE(
    "answers that are held to a form have it, beside free ones, and may end only where it ends") {
  auto& model = smollm2();
  Item choice, ticket;
  choice.meta = {{"regex", "(yes|no)"}};
  ticket.meta = {{"schema", R"({"type": "object", "properties": {"day": {"enum": ["Mon", "Tue"]},
      "id": {"type": "string", "pattern": "^TK-[0-9]{4}$"}}, "required": ["day", "id"]})"}};
  std::vector<TokenIds> prompts;
  for (const char* text :
       {"The harbour is", "Is the harbour open?", "Ticket TK-4711, on Tuesday:"}) {
    prompts.push_back(model.tokenizer().encode_plain(text));
  }
  Decoding decoding{.max_new_tokens = 32, .stop = {}};
  const auto free = model.generate(prompts, decoding);
  decoding.forms = {nullptr, answer_form(choice), answer_form(ticket)};
  const auto held = model.generate(prompts, decoding);
  CHECK(held[0].ids == free[0].ids);
  CHECK((held[1].text == "yes" || held[1].text == "no"));
  MESSAGE(held[2].text);
  CHECK(regex(held[1].text, choice) == 1);
  CHECK(schema_valid(held[2].text, ticket) == 1);
  CHECK(regex(free[1].text, choice) == 0);
  for (const int held_row : {1, 2}) {
    CHECK(held[static_cast<std::size_t>(held_row)].stop == StopReason::kEos);
    CHECK(held[static_cast<std::size_t>(held_row)].logprob < -1);  // the model's own, of all tokens
  }
}
