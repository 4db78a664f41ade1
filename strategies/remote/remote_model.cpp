#include "strategies/remote/remote_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "harness/core/error.h"
#include "strategies/lm/chat/chat.h"
#include "strategies/remote/messages.h"

namespace quadrant {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kLongestWait = 600;  // seconds that a server may ask us to wait

bool says_try_again(long status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

void wait(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

// Doubled each time, and spread, so that waiting workers do not come back all at once.
double backoff(const RetryRule& rule, int attempt, double asked_for) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const double doubled = rule.first_seconds * std::pow(2.0, attempt - 1);
  const double spread = std::uniform_real_distribution<double>(0.75, 1.25)(random);
  return std::max(asked_for, std::min(doubled, rule.longest_seconds) * spread);
}

}  // namespace

RemoteServer::RemoteServer(const ServerSpec& spec, std::string key, const RetryRule& rule)
    : spec_(spec), key_(std::move(key)), rule_(rule) {
  for (int i = 0; i < spec.concurrency; ++i) {
    connections_.push_back(std::make_unique<HttpConnection>(spec.url, key_, spec.timeout_seconds));
  }
}

void RemoteServer::ask(HttpConnection& connection, const std::string& path,
                       const std::string& request,
                       const std::function<void(const std::string& body)>& read) const {
  std::string last;
  for (int attempt = 1; attempt <= rule_.attempts; ++attempt) {
    const HttpReply reply = connection.post(path, request);
    if (!reply.failure.empty()) {
      last = reply.failure;
    } else if (reply.status == 200) {
      try {
        return read(reply.body);
      } catch (const BadAnswer& error) {
        last = error.what();
      }
    } else {
      last = fmt::format("{} {}", reply.status, server_message(reply.body, key_));
      if (reply.status == 401 || reply.status == 403) {
        throw Error("the server does not take the key: " + last, spec_.url,
                    "put the right key into the environment variable QUADRANT_API_KEY");
      }
      if (!says_try_again(reply.status)) throw Refused(last);
    }
    if (reply.retry_after > kLongestWait) {
      throw Error(fmt::format("the server wants to be left alone for {:.0f} s: {}",
                              reply.retry_after, last),
                  spec_.url, "wait, then `quadrant resume`");
    }
    if (attempt < rule_.attempts) wait(backoff(rule_, attempt, reply.retry_after));
  }
  throw Error(fmt::format("no usable answer in {} tries; the last: {}", rule_.attempts, last),
              spec_.url + path, "see that the server runs, then `quadrant resume`");
}

void RemoteServer::for_each(std::size_t count,
                            const std::function<void(HttpConnection&, std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto serve = [&](HttpConnection& connection) {
    for (std::size_t i; (i = next++) < count;) {
      try {
        work(connection, i);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < std::min(count, connections_.size()); ++i) {
    workers.emplace_back(serve, std::ref(*connections_[i]));
  }
  for (std::thread& worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
}

RemoteModel::RemoteModel(const ServerSpec& spec, std::string key, const RetryRule& rule)
    : spec_(spec),
      server_(spec, std::move(key), rule),
      tokenizer_(make_piece_tokenizer()),
      template_(is_chat() ? make_message_template() : make_plain_template()) {}

double RemoteModel::flops_per_token() const { return kUnknown; }

Answer RemoteModel::answer(HttpConnection& connection, const TokenIds& prompt,
                           const Decoding& decoding) {
  const auto start = std::chrono::steady_clock::now();
  const nlohmann::json request =
      is_chat() ? chat_request(spec_.name, chat_messages(*tokenizer_, prompt), decoding, logprobs_)
                : completion_request(spec_.name, tokenizer_->decode(prompt), decoding, logprobs_);
  Answer answer;
  Generation& generation = answer.generation;
  try {
    server_.ask(connection, is_chat() ? "/chat/completions" : "/completions", request.dump(),
                [&](const std::string& body) {
                  answer = is_chat() ? read_chat(body, decoding) : read_completion(body, decoding);
                });
  } catch (const Refused& refusal) {
    generation.stop = StopReason::kError;
    generation.error = fmt::format("the server refused this question: {}", refusal.what());
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  generation.prefill_ms = kUnknown;  // one wait for both
  generation.decode_ms = took.count();
  return answer;
}

std::vector<Generation> RemoteModel::generate(std::span<const TokenIds> prompts,
                                              const Decoding& decoding) {
  std::vector<Generation> answers(prompts.size());
  std::vector<std::optional<Usage>> usage(prompts.size());
  server_.for_each(prompts.size(), [&](HttpConnection& connection, std::size_t i) {
    Answer given = answer(connection, prompts[i], decoding);
    answers[i] = std::move(given.generation);
    usage[i] = given.usage;
  });
  last_usage_ = std::move(usage);
  return answers;
}

std::vector<TokenScores> RemoteModel::score(std::span<const ScoreRequest> requests) {
  std::vector<TokenScores> scores(requests.size());
  server_.for_each(requests.size(), [&](HttpConnection& connection, std::size_t i) {
    const std::span<const std::int32_t> ids(requests[i].ids);
    const std::string text = tokenizer_->decode(ids);
    const std::size_t context = tokenizer_->decode(ids.first(requests[i].first)).size();
    try {
      server_.ask(connection, "/completions", score_request(spec_.name, text).dump(),
                  [&](const std::string& body) { scores[i] = read_scores(body, text, context); });
    } catch (const Refused& refusal) {
      throw Error(fmt::format("the server did not score a text: {}", refusal.what()), spec_.url,
                  "use a suite whose answers are generated, or another server");
    }
  });
  return scores;
}

void RemoteModel::try_answering() {
  const std::vector<Message> hello{{"user", "Say hello."}};
  const TokenIds prompt = tokenizer_->encode(template_->render(hello, true));
  const auto ask = [&] {
    return generate(std::span(&prompt, 1), {.max_new_tokens = 1, .stop = {}});
  };
  Generation first = ask()[0];
  if (!first.error.empty()) {  // perhaps because of the log-probabilities
    logprobs_ = false;
    first = ask()[0];
  }
  if (!first.error.empty()) {
    throw Error(first.error, spec_.url,
                fmt::format("check the path, served_name (now \"{}\") and api (now \"{}\") of "
                            "[model]",
                            spec_.name, spec_.api));
  }
  logprobs_ = logprobs_ && !std::isnan(first.logprob);
}

std::string RemoteModel::try_scoring() {
  const std::string text = "One two three";
  ScoreRequest request{tokenizer_->encode_plain(text), 1};
  std::string reason;
  server_.for_each(1, [&](HttpConnection& connection, std::size_t) {
    const HttpReply reply = connection.post("/completions", score_request(spec_.name, text).dump());
    try {
      if (!reply.failure.empty()) throw BadAnswer(reply.failure);
      if (reply.status != 200) throw BadAnswer(fmt::format("it answers {}", reply.status));
      read_scores(reply.body, text, tokenizer_->decode(std::span(request.ids).first(1)).size());
    } catch (const BadAnswer& error) {
      reason = error.what();
    }
  });
  return reason;
}

}  // namespace quadrant
