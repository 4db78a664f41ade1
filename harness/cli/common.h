// What several verbs share: exit codes, options, files of JSON lines, interruption.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include "harness/config/experiment.h"
#include "harness/core/interfaces.h"
#include "harness/store/store.h"

namespace quadrant {

enum ExitCode {
  kOk = 0,
  kUserError = 1,
  kUsage = 2,
  kPartial = 3,
  kOurBug = 70,
  kGateFailed = 100
};

// Set by the first Ctrl-C or SIGTERM: finish the batch, then stop. The second one ends at once.
const std::atomic<bool>& stop_requested();
void listen_for_stop();

// The words of the command line, set by main, to be stored with a run.
std::vector<std::string>& command_line();

// Of standard output, at most 100; 80 when it is no terminal.
int terminal_columns();

void add_store_option(CLI::App& verb, std::string& store);
// A store to be written to; on a network file system it comes with a warning.
Store open_store(const std::string& file, Store::Open mode = Store::Open::kExisting);

// An experiment file or the name of one that comes with the program ("quickstart").
struct ExperimentOptions {
  std::string file;
  std::vector<std::string> overrides;
  std::string tier = {};  // "": as the file has it
};
void add_experiment_options(CLI::App& verb, ExperimentOptions& options);
struct LoadedExperiment {
  Experiment experiment;
  std::string source;  // the file as written
};
LoadedExperiment load_experiment(const ExperimentOptions& options);

// The low-level tools: JSON lines in, one JSON line out for each, in order. `convert` gets all
// lines at once, so that it may batch them.
struct LineOptions {
  std::string model, adapter, chat_template = "model", device = "cpu", dtype = "float32";
  std::string input, output;
};
void add_line_options(CLI::App& verb, LineOptions& options);
void add_model_options(CLI::App& verb, LineOptions& options);
struct InputLine {
  std::string where;  // file:line
  const nlohmann::json& value;
  std::string text(const char* key) const;  // Error when absent or no string
  bool flag(const char* key) const;         // false when absent
  bool has(const char* key) const;
};
int convert_lines(
    const LineOptions& options,
    const std::function<std::vector<nlohmann::json>(const std::vector<InputLine>& lines)>& convert);

// The model of a low-level tool, with its adapter in place.
std::unique_ptr<ModelEngine> load_tool_model(const LineOptions& options);

}  // namespace quadrant
