// A model behind a server that fails in every way: no answer is lost, doubled or made up.
#include "strategies/remote/remote_engine.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "harness/config/experiment.h"
#include "harness/core/error.h"
#include "tests/unit/remote/loopback.h"

using namespace quadrant;
using test::Loopback;
using test::Scripted;

namespace {

const RetryRule kQuick{6, 0.01, 0.05};

ServerSpec spec_of(const Loopback& server, const std::string& api = "chat") {
  ServerSpec spec;
  spec.url = server.url();
  spec.name = "tiny";
  spec.api = api;
  spec.concurrency = 3;
  spec.timeout_seconds = 0.4;
  return spec;
}

// "answer to QUESTION", as a chat or a completion.
Scripted good(const std::string& body) {
  const auto asked = nlohmann::json::parse(body);
  Scripted answer;
  nlohmann::json choice{{"finish_reason", "stop"}};
  if (asked.contains("messages")) {
    choice["message"] = {
        {"content", "answer to " + asked["messages"].back()["content"].get<std::string>()}};
    choice["logprobs"] = {{"content", {{{"logprob", -0.5}}}}};
  } else {
    choice["text"] = "answer to " + asked["prompt"].get<std::string>();
  }
  answer.body = nlohmann::json{{"choices", {choice}},
                               {"usage", {{"prompt_tokens", 9}, {"completion_tokens", 4}}}}
                    .dump();
  return answer;
}

std::string question(int i) { return "question " + std::to_string(i) + "?"; }

std::vector<TokenIds> prompts_of(const LanguageModel& model, int count) {
  std::vector<TokenIds> prompts;
  for (int i = 0; i < count; ++i) {
    const std::vector<Message> messages{{"user", question(i)}};
    prompts.push_back(model.tokenizer().encode(model.chat_template().render(messages, true)));
  }
  return prompts;
}

std::string failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK_FALSE(error.mend().empty());
    return error.what();
  }
  return "it worked";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a server that fails in every way is asked again, and every question once answered") {
  const auto fault = [](int number) -> std::optional<Scripted> {
    Scripted answer;
    switch (number) {
      case 2:
        return Scripted{429, R"({"error": {"message": "slow"}})", "Retry-After: 0.05\r\n"};
      case 4:
        return Scripted{500, "oops", ""};
      case 6:
        answer.way = Scripted::Way::kHang;
        return answer;
      case 7:
        answer.body = "not { json";
        return answer;
      case 8:
        answer.body = R"({"choices": []})";
        return answer;
      case 9:
        answer.way = Scripted::Way::kClose;
        return answer;
      case 11:
        return Scripted{503, "", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"};
      default:
        return std::nullopt;
    }
  };
  std::mutex mutex;
  std::map<std::string, int> answered;  // by question
  Loopback server([&](int number, const std::string&, const std::string& body) {
    if (auto broken = fault(number)) return *broken;
    Scripted answer = good(body);
    if (number == 13) answer.way = Scripted::Way::kCut;
    if (number == 15) answer.way = Scripted::Way::kDrip;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const std::scoped_lock lock(mutex);
    if (answer.way == Scripted::Way::kWhole) {
      ++answered[nlohmann::json::parse(body)["messages"].back()["content"]];
    }
    return answer;
  });
  const RemoteEngine remote = load_remote_engine(spec_of(server), false, kQuick);
  CHECK(remote.logprobs);
  LanguageModel& model = remote.engine->model();
  const auto answers = model.generate(prompts_of(model, 24), {16, {}});
  REQUIRE(answers.size() == 24);
  for (int i = 0; i < 24; ++i) {
    const Generation& answer = answers[static_cast<std::size_t>(i)];
    CHECK(answer.text == "answer to " + question(i));
    CHECK(answer.error.empty());
    CHECK(answer.logprob == -0.5);
    CHECK(answered[question(i)] == 1);
  }
  const auto usage = remote.usage();
  REQUIRE(usage.size() == 24);
  for (const auto& counted : usage) CHECK(counted.value().prompt == 9);
  CHECK(server.requests() == 1 + 24 + 9);  // a first small question, and the faults
  CHECK(server.most_at_once() <= 3);
  CHECK(std::isnan(model.flops_per_token()));
}

TEST_CASE("what a request itself is refused for is the error of that item") {
  Loopback server([&](int, const std::string&, const std::string& body) {
    if (contains(body, question(1))) {
      return Scripted{400, R"({"error": {"message": "too long"}})", ""};
    }
    return good(body);
  });
  const RemoteEngine remote = load_remote_engine(spec_of(server, "completions"), false, kQuick);
  CHECK_FALSE(remote.logprobs);
  LanguageModel& model = remote.engine->model();
  CHECK_FALSE(model.chat_template().is_chat());
  const auto answers = model.generate(prompts_of(model, 3), {16, {}});
  CHECK(contains(answers[0].text, question(0)));
  CHECK(std::isnan(answers[0].logprob));
  CHECK(contains(answers[1].error, "400 too long"));
  CHECK(answers[1].stop == StopReason::kError);
  CHECK(answers[2].error.empty());
}

TEST_CASE("a server that stays broken ends the work with a sentence, and so does a bad key") {
  int status = 200;
  Loopback server([&](int, const std::string& head, const std::string& body) {
    CHECK(contains(head, "Authorization: Bearer sk-secret"));
    return status == 200 ? good(body) : Scripted{status, "key sk-secret", ""};
  });
  ::setenv("QUADRANT_API_KEY", "sk-secret", 1);
  const RemoteEngine remote = load_remote_engine(spec_of(server), false, kQuick);
  ::unsetenv("QUADRANT_API_KEY");
  LanguageModel& model = remote.engine->model();
  const auto ask = [&] { model.generate(prompts_of(model, 2), {16, {}}); };
  status = 500;
  CHECK(contains(failure_of(ask), "no usable answer in 6 tries"));
  status = 401;
  const std::string refused = failure_of(ask);
  CHECK(contains(refused, "QUADRANT_API_KEY"));
  CHECK_FALSE(contains(refused, "sk-secret"));
  CHECK_FALSE(contains(remote_identity(spec_of(server)), "sk-secret"));
  CHECK(contains(failure_of([&] { remote.engine->use_tuned("x"); }), "cannot be tuned"));
}

TEST_CASE("no server, another model, a wait of an hour: told when it is loaded") {
  ServerSpec nobody;
  nobody.url = "http://127.0.0.1:9/v1";
  CHECK(contains(failure_of([&] {
                   load_remote_engine(nobody, false, {2, 0.01, 0.01});
                 }),
                 "2 tries"));
  Loopback missing([](int, const std::string&, const std::string&) {
    return Scripted{404, R"({"error": {"message": "no model tiny"}})", ""};
  });
  CHECK(contains(failure_of([&] { load_remote_engine(spec_of(missing), false, kQuick); }),
                 "no model tiny"));
  Loopback busy([](int, const std::string&, const std::string&) {
    return Scripted{429, "", "Retry-After: 3600\r\n"};
  });
  CHECK(contains(failure_of([&] { load_remote_engine(spec_of(busy), false, kQuick); }), "3600 s"));
}

TEST_CASE("texts are scored where a server can, and where it cannot the reason is known") {
  Loopback server([](int, const std::string&, const std::string& body) {
    const auto asked = nlohmann::json::parse(body);
    if (!asked.contains("echo")) return good(body);
    // A token a character, each half as likely as the one before it.
    nlohmann::json values = nlohmann::json::array(), offsets = values, best = values;
    for (std::size_t i = 0; i <= asked["prompt"].get<std::string>().size(); ++i) {
      values.push_back(i == 0 ? nlohmann::json() : nlohmann::json(-0.5 * static_cast<double>(i)));
      offsets.push_back(i);
      best.push_back(i == 0 ? nlohmann::json()
                            : nlohmann::json{{"x", -0.5 * static_cast<double>(i)}});
    }
    Scripted answer;
    answer.body =
        nlohmann::json{
            {"choices",
             {{{"text", ""},
               {"logprobs",
                {{"token_logprobs", values}, {"text_offset", offsets}, {"top_logprobs", best}}}}}}}
            .dump();
    return answer;
  });
  const RemoteEngine remote = load_remote_engine(spec_of(server), true, kQuick);
  CHECK(remote.cannot_score.empty());
  LanguageModel& model = remote.engine->model();
  ScoreRequest request{model.tokenizer().encode_plain("ab cd"), 1};
  const auto scores = model.score(std::span(&request, 1));
  CHECK(scores.at(0).logprobs == std::vector<double>{-1, -1.5, -2});
  CHECK(scores.at(0).greedy);

  Loopback chats([](int, const std::string&, const std::string& body) {
    return contains(body, "echo") ? Scripted{404, "", ""} : good(body);
  });
  CHECK(contains(load_remote_engine(spec_of(chats), true, kQuick).cannot_score, "404"));
}

TEST_CASE("the settings of a server stand in [model], and a key never does") {
  const auto model_of = [](const std::string& lines) {
    return parse_experiment(
        "name = 'x'\nsuites = ['s']\n[context.none]\nkind = 'zero_shot'\n[model]\n" + lines,
        "f.toml");
  };
  const std::string url = "path = 'http://h:1/v1/'\nserved_name = 'm'\n";
  const Experiment experiment = model_of(url + "concurrency = 8");
  REQUIRE(experiment.server);
  CHECK(experiment.server->url == "http://h:1/v1");
  CHECK(experiment.server->concurrency == 8);
  CHECK(resolved(parse_resolved(resolved(experiment))) == resolved(experiment));
  CHECK_FALSE(resolved(model_of("path = 'a.gguf'"))["model"].contains("served_name"));
  for (const char* bad :
       {"path = 'http://key@h:1/v1'\nserved_name = 'm'", "path = 'http://h:1/v1'",
        "path = 'http://h:1?key=1'\nserved_name = 'm'", "path = 'a.gguf'\nserved_name = 'm'"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(model_of(bad), Error);
  }
  for (const char* bad : {"device = 'cuda'", "api = 'completions'", "chat_template = 'none'",
                          "concurrency = 1000", "timeout_seconds = 0", "api_key = 'sk-1'"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(model_of(url + bad), Error);
  }
}
