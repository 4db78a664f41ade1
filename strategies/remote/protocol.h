// What is asked of an OpenAI-compatible server and what its answers mean; no network here.
//
// Source: the OpenAI API reference (chat completions; completions with `echo` and `logprobs`), as
// vLLM, llama-server and others serve it. Keys that a server leaves out are unknown, not zero.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "harness/core/interfaces.h"
#include "harness/core/usage.h"

namespace quadrant {

// A body that is not what the protocol promises: cut, or by something else than such a server.
class BadAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

nlohmann::json chat_request(const std::string& model, std::span<const Message> messages,
                            const Decoding& decoding, bool logprobs);
nlohmann::json completion_request(const std::string& model, const std::string& prompt,
                                  const Decoding& decoding, bool logprobs);
// The text comes back with the log-probability of each of its tokens.
nlohmann::json score_request(const std::string& model, const std::string& text);

struct Answer {
  Generation generation;  // without ids; `logprob` is NaN when the server did not say it
  std::optional<Usage> usage;
};
// BadAnswer.
Answer read_chat(const std::string& body, const Decoding& decoding);
Answer read_completion(const std::string& body, const Decoding& decoding);
// Of the tokens that begin at `context` bytes of `text` or behind. BadAnswer, also when the server
// gives no log-probabilities of a text.
TokenScores read_scores(const std::string& body, const std::string& text, std::size_t context);

// The server's own words for an error, at most 200 bytes on one line; `secret` is blotted out.
std::string server_message(const std::string& body, const std::string& secret);

}  // namespace quadrant
