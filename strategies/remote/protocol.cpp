#include "strategies/remote/protocol.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

constexpr double kNotSaid = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostStops = 4;  // that OpenAI's own servers take

nlohmann::json request_for(const std::string& model, const Decoding& decoding) {
  nlohmann::json request{{"model", model},
                         {"max_tokens", decoding.max_new_tokens},
                         {"temperature", 0},
                         {"seed", 0},
                         {"stream", false}};
  const auto last = decoding.stop.begin() +
                    static_cast<std::ptrdiff_t>(std::min(kMostStops, decoding.stop.size()));
  if (!decoding.stop.empty()) {
    request["stop"] = std::vector<std::string>(decoding.stop.begin(), last);
  }
  return request;
}

nlohmann::json parse(const std::string& body) {
  auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw BadAnswer("its answer is no JSON");
  return json;
}

const nlohmann::json& first_choice(const nlohmann::json& json) {
  const bool there = json.is_object() && json.contains("choices") && json["choices"].is_array() &&
                     !json["choices"].empty() && json["choices"][0].is_object();
  if (!there) throw BadAnswer("its answer has no choices");
  return json["choices"][0];
}

// Null where a key of the way is missing.
nlohmann::json at_path(const nlohmann::json& json, std::initializer_list<const char*> keys) {
  const nlohmann::json* at = &json;
  for (const char* key : keys) {
    if (!at->is_object() || !at->contains(key)) return nullptr;
    at = &(*at)[key];
  }
  return *at;
}

std::string text_or_empty(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : "";
}

void read_usage(const nlohmann::json& json, Answer& answer) {
  const auto prompt = at_path(json, {"usage", "prompt_tokens"});
  const auto output = at_path(json, {"usage", "completion_tokens"});
  const auto counts = [](const nlohmann::json& value) {
    return value.is_number_integer() && value.get<std::int64_t>() >= 0;
  };
  if (counts(prompt) && counts(output)) {
    answer.usage = Usage{prompt.get<std::int64_t>(), output.get<std::int64_t>()};
  }
}

// `stop_reason` is vLLM's; where a server does not say by which text it stopped, the end of the
// answer looks like the model's own.
void read_end(const nlohmann::json& choice, const Decoding& decoding, Generation& generation) {
  const std::string reason = text_or_empty(at_path(choice, {"finish_reason"}));
  generation.stop = reason == "length" ? StopReason::kLength : StopReason::kEos;
  if (reason == "stop" && at_path(choice, {"stop_reason"}).is_string()) {
    generation.stop = StopReason::kStopString;
  }
  std::size_t cut = std::string::npos;
  for (const std::string& stop : decoding.stop) cut = std::min(cut, generation.text.find(stop));
  if (cut == std::string::npos) return;
  generation.text.resize(cut);
  generation.stop = StopReason::kStopString;
}

double sum_of(const std::vector<nlohmann::json>& logprobs) {
  double sum = logprobs.empty() ? kNotSaid : 0;
  for (const nlohmann::json& value : logprobs)
    sum += value.is_number() ? value.get<double>() : kNotSaid;
  return sum;
}

}  // namespace

nlohmann::json chat_request(const std::string& model, std::span<const Message> messages,
                            const Decoding& decoding, bool logprobs) {
  nlohmann::json request = request_for(model, decoding);
  request["messages"] = nlohmann::json::array();
  for (const Message& message : messages) {
    request["messages"].push_back({{"role", message.role}, {"content", message.content}});
  }
  if (logprobs) request["logprobs"] = true;
  return request;
}

nlohmann::json completion_request(const std::string& model, const std::string& prompt,
                                  const Decoding& decoding, bool logprobs) {
  nlohmann::json request = request_for(model, decoding);
  request["prompt"] = prompt;
  if (logprobs) request["logprobs"] = 1;
  return request;
}

nlohmann::json score_request(const std::string& model, const std::string& text) {
  nlohmann::json request = completion_request(model, text, {.max_new_tokens = 1, .stop = {}}, true);
  request["echo"] = true;
  return request;
}

Answer read_chat(const std::string& body, const Decoding& decoding) {
  const nlohmann::json json = parse(body);
  const nlohmann::json& choice = first_choice(json);
  if (!at_path(choice, {"message"}).is_object()) throw BadAnswer("its answer has no message");
  Answer answer;
  Generation& generation = answer.generation;
  generation.text = text_or_empty(at_path(choice, {"message", "content"}));
  read_end(choice, decoding, generation);
  std::vector<nlohmann::json> logprobs;
  const auto tokens = at_path(choice, {"logprobs", "content"});
  for (const auto& token : tokens.is_array() ? tokens : nlohmann::json::array()) {
    logprobs.push_back(at_path(token, {"logprob"}));
  }
  generation.logprob = sum_of(logprobs);
  read_usage(json, answer);
  return answer;
}

Answer read_completion(const std::string& body, const Decoding& decoding) {
  const nlohmann::json json = parse(body);
  const nlohmann::json& choice = first_choice(json);
  if (!at_path(choice, {"text"}).is_string()) throw BadAnswer("its answer has no text");
  Answer answer;
  Generation& generation = answer.generation;
  generation.text = choice["text"].get<std::string>();
  read_end(choice, decoding, generation);
  const auto logprobs = at_path(choice, {"logprobs", "token_logprobs"});
  generation.logprob = sum_of(logprobs.is_array() ? logprobs.get<std::vector<nlohmann::json>>()
                                                  : std::vector<nlohmann::json>());
  read_usage(json, answer);
  return answer;
}

TokenScores read_scores(const std::string& body, const std::string& text, std::size_t context) {
  const nlohmann::json json = parse(body);
  const auto logprobs = at_path(first_choice(json), {"logprobs"});
  const auto values = at_path(logprobs, {"token_logprobs"});
  const auto offsets = at_path(logprobs, {"text_offset"});
  const auto best = at_path(logprobs, {"top_logprobs"});
  if (!values.is_array() || !offsets.is_array() || values.size() != offsets.size()) {
    throw BadAnswer("it gives no log-probabilities of a text (echo with logprobs)");
  }
  // Offsets count characters; the last token is the one that had to be generated.
  const auto begin = static_cast<std::int64_t>(decode_utf8(text.substr(0, context)).size());
  const auto end = static_cast<std::int64_t>(decode_utf8(text).size());
  TokenScores scores;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!offsets[i].is_number_integer()) throw BadAnswer("the place of a token is no number");
    const auto offset = offsets[i].get<std::int64_t>();
    if (offset < begin || offset >= end) continue;
    if (!values[i].is_number()) throw BadAnswer("a token of the text has no log-probability");
    const double logprob = values[i].get<double>();
    scores.logprobs.push_back(logprob);
    if (!best.is_array() || i >= best.size() || !best[i].is_object()) {
      throw BadAnswer("it does not say which token is the most likely one");
    }
    for (const auto& [token, other] : best[i].items()) {
      if (other.is_number() && other.get<double>() > logprob) scores.greedy = false;
    }
  }
  if (scores.logprobs.empty()) throw BadAnswer("none of its tokens begins in the text to score");
  return scores;
}

std::string server_message(const std::string& body, const std::string& secret) {
  constexpr std::size_t kMost = 200;
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  std::string message = text_or_empty(at_path(json, {"error", "message"}));
  if (message.empty()) message = text_or_empty(at_path(json, {"message"}));
  if (message.empty()) message = text_or_empty(at_path(json, {"error"}));
  if (message.empty()) message = body;
  for (std::size_t at = 0; !secret.empty() && (at = message.find(secret)) != std::string::npos;) {
    message.replace(at, secret.size(), "***");
  }
  message = to_valid_utf8(message);
  std::replace_if(
      message.begin(), message.end(), [](unsigned char c) { return c < ' '; }, ' ');
  if (message.size() > kMost) message.resize(whole_characters(message.substr(0, kMost)));
  return message;
}

}  // namespace quadrant
