#include "harness/cli/json_log.h"

#include <cmath>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/live_line.h"

namespace quadrant {
namespace {

class JsonLog : public Progress {
 public:
  void run_started(std::int64_t run_id, int cells, int trainings) override {
    say("run_started", {{"run", run_id}, {"cells", cells}, {"trainings", trainings}});
  }
  void cell_started(const CellProgress& cell) override { say("cell_started", described(cell)); }
  void cell_advanced(const CellProgress& cell) override { say("cell_advanced", described(cell)); }
  void cell_finished(const CellProgress& cell, const std::string& state,
                     const std::string& error) override {
    say("cell_finished", ended(described(cell), state, error));
  }
  void training_started(const TrainingProgress& training) override {
    say("training_started", described(training));
  }
  void training_advanced(const TrainingProgress& training) override {
    say("training_advanced", described(training));
  }
  void training_finished(const TrainingProgress& training, const std::string& state,
                         const std::string& error) override {
    say("training_finished", ended(described(training), state, error));
  }
  void warned(const std::string& sentence) override { say("warning", {{"text", sentence}}); }
  void knowledge_gate(const KnowledgeGate& gate) override {
    say("knowledge_gate", {{"suite", gate.suite},
                           {"metric", gate.metric},
                           {"closed_book", gate.closed_book},
                           {"oracle", gate.oracle},
                           {"items", gate.items},
                           {"warnings", gate.warnings}});
  }

 private:
  // What is not known is null: so JSON writes NaN.
  static nlohmann::json described(const CellProgress& cell) {
    return {{"cell", cell.number},   {"of", cell.of},           {"suite", cell.suite},
            {"label", cell.label},   {"done", cell.done},       {"expected", cell.expected},
            {"tokens", cell.tokens}, {"seconds", cell.seconds}, {"score", cell.score}};
  }
  static nlohmann::json described(const TrainingProgress& training) {
    return {{"training", training.number},    {"of", training.of},
            {"suite", training.suite},        {"label", training.label},
            {"step", training.step.step},     {"steps", training.step.steps},
            {"loss", training.step.loss},     {"learning_rate", training.step.learning_rate},
            {"tokens", training.step.tokens}, {"seconds", training.step.seconds}};
  }
  static nlohmann::json ended(nlohmann::json event, const std::string& state,
                              const std::string& error) {
    event["state"] = state;
    if (!error.empty()) event["error"] = error;
    return event;
  }
  static void say(const char* event, nlohmann::json values) {
    values["event"] = event;
    values["time"] = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
    fmt::print(stderr, "{}\n", values.dump());
  }
};

}  // namespace

std::unique_ptr<Progress> make_json_log() { return std::make_unique<JsonLog>(); }

void add_log_option(CLI::App& verb, std::string& format) {
  format = "text";
  verb.add_option("--log-format", format, "progress as: text | json (a line an event)")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

std::unique_ptr<Progress> make_progress(const std::string& format) {
  return format == "json" ? make_json_log() : make_live_line();
}

}  // namespace quadrant
