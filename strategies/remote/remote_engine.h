// A model behind an OpenAI-compatible server (vLLM, llama-server, a paid service) as an engine.
//
// Goals: prompt-only and RAG arms run as with a model of one's own; a batch is asked several
// questions at a time; what the server cannot do is said. Non-goals: tuning, streaming.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/interfaces.h"
#include "harness/core/server_spec.h"
#include "harness/core/usage.h"

namespace quadrant {

struct RetryRule {
  int attempts = 6;
  double first_seconds = 0.5, longest_seconds = 60;  // waits double from the first to the longest
};

struct RemoteEngine {
  std::unique_ptr<ModelEngine> engine;
  // Of the answers of the engine's last generate(), where the server counted.
  std::function<std::vector<std::optional<Usage>>()> usage;
  bool logprobs = false;     // answers come with log-probabilities
  std::string cannot_score;  // why texts cannot be scored; "" = they can, or it was not asked
};

// Asks the server one small question, and with `scoring` a second one. The key is read from the
// environment (QUADRANT_API_KEY) and goes nowhere but to this server. Error: no server, no such
// model, a key that is not taken.
RemoteEngine load_remote_engine(const ServerSpec& spec, bool scoring, const RetryRule& rule = {});

// What is known of the numbers' source, for the identity of cells.
std::string remote_identity(const ServerSpec& spec);

std::string curl_version_text();

}  // namespace quadrant
