// The engine's half of engine.py: reads a task a line, answers with its seconds and peak memory.
//
// A task: {"kind": "score" | "choices" | "generate", "sequences": [[id, ...], ...], "new_tokens":
// n, "first": [n, ...]} -> {"seconds": s, "peak_mb": m}. Generation never ends early, as in the
// peer. {"kind": "product"} times a product of two 2048 x 2048 matrices: what the machine can do.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include <nlohmann/json.hpp>

#include "strategies/lm/loader.h"

using namespace quadrant;

namespace {

using Clock = std::chrono::steady_clock;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// The median of five.
double product_seconds() {
  const at::Tensor a = at::rand({2048, 2048}), b = at::rand({2048, 2048});
  std::vector<double> seconds;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = Clock::now();
    at::matmul(a, b);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::ranges::sort(seconds);
  return seconds[2];
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
    const auto start = Clock::now();
    double seconds = 0;
    if (task["kind"] == "product") {
      seconds = product_seconds();
    } else {
      perform(model, task);
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    std::cout << nlohmann::json{{"seconds", seconds}, {"peak_mb", peak_megabytes()}} << std::endl;
  }
}
