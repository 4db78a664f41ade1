// A language model that answers over the network; internal to this folder.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "strategies/remote/http.h"
#include "strategies/remote/protocol.h"
#include "strategies/remote/remote_engine.h"

namespace quadrant {

// The server will not answer this request, however often it is asked.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Requests to one server: several at a time, each repeated while there is hope.
class RemoteServer {
 public:
  RemoteServer(const ServerSpec& spec, std::string key, const RetryRule& rule);

  // Asks until `read` takes the body: what it throws as BadAnswer, answers of the kind "try again"
  // (429, 5xx) and broken connections are waited out. Error when that is in vain, or when the key
  // is not taken; Refused for this request's own fault.
  void ask(HttpConnection& connection, const std::string& path, const std::string& request,
           const std::function<void(const std::string& body)>& read) const;

  // Calls work(connection, i) for each i below count, `concurrency` of them at a time. The first
  // exception ends it and is thrown on.
  void for_each(std::size_t count, const std::function<void(HttpConnection&, std::size_t)>& work);

 private:
  ServerSpec spec_;
  std::string key_;
  RetryRule rule_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
};

class RemoteModel : public LanguageModel {
 public:
  RemoteModel(const ServerSpec& spec, std::string key, const RetryRule& rule);

  const Tokenizer& tokenizer() const override { return *tokenizer_; }
  const ChatTemplate& chat_template() const override { return *template_; }
  int context_window() const override { return spec_.context_window; }
  double flops_per_token() const override;  // NaN: not known
  std::vector<Generation> generate(std::span<const TokenIds> prompts,
                                   const Decoding& decoding) override;
  std::vector<TokenScores> score(std::span<const ScoreRequest> requests) override;

  // One small question each. The first finds out whether answers come with log-probabilities, and
  // throws Error when none come at all; the second is "" when texts can be scored, else the reason.
  void try_answering();
  std::string try_scoring();
  bool gives_logprobs() const { return logprobs_; }
  // Of the answers of the last generate(), where the server counted.
  const std::vector<std::optional<Usage>>& last_usage() const { return last_usage_; }

 private:
  bool is_chat() const { return spec_.api == "chat"; }
  Answer answer(HttpConnection& connection, const TokenIds& prompt, const Decoding& decoding);

  ServerSpec spec_;
  RemoteServer server_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<ChatTemplate> template_;
  bool logprobs_ = true;
  std::vector<std::optional<Usage>> last_usage_;
};

}  // namespace quadrant
