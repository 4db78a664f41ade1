// The engine's half of engine.py: reads a task a line, answers with its seconds and peak memory.
//
// A task: {"kind": "score" | "choices" | "generate", "sequences": [[id, ...], ...], "new_tokens":
// n, "first": [n, ...]} -> {"seconds": s, "peak_mb": m}. Generation never ends early, as in the
// peer.
#include <sys/resource.h>

#include <chrono>
#include <iostream>

#include <nlohmann/json.hpp>

#include "strategies/lm/loader.h"

using namespace quadrant;

namespace {

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void perform(DecoderModel& model, const nlohmann::json& task) {
  const auto sequences = task["sequences"].get<std::vector<TokenIds>>();
  if (task["kind"] == "generate") {
    model.generate(sequences, {.max_new_tokens = task["new_tokens"], .stop = {}});
    return;
  }
  std::vector<ScoreRequest> requests;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    requests.push_back({sequences[i], task["first"][i].get<std::size_t>()});
  }
  model.score(requests);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: engine_bench MODEL <tasks >results\n";
    return 2;
  }
  LoadedModel loaded = load_model({.path = arguments[1], .chat_template = "none"});
  loaded.end_tokens.clear();
  DecoderModel model(std::move(loaded));
  for (std::string line; std::getline(std::cin, line);) {
    const auto task = nlohmann::json::parse(line);
    const auto start = std::chrono::steady_clock::now();
    perform(model, task);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << nlohmann::json{{"seconds", seconds.count()}, {"peak_mb", peak_megabytes()}}
              << std::endl;
  }
}
