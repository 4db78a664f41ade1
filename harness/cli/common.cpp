#include "harness/cli/common.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "datasets/suite.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/network_disk.h"
#include "strategies/engine.h"

namespace quadrant {
namespace {

std::atomic<bool> stop_flag{false};

void on_signal(int) {
  if (stop_flag.exchange(true)) _exit(130);
}

std::filesystem::path find_experiment(const std::string& name) {
  if (std::filesystem::exists(name)) return name;
  const auto shipped = std::filesystem::path(QUADRANT_EXPERIMENTS) / (name + ".toml");
  if (std::filesystem::exists(shipped)) return shipped;
  throw Error("no such experiment file", name,
              "name a .toml file, or an experiment that comes with quadrant (quickstart, primer, "
              "exposures, smoke)");
}

// The built-in suites, wherever the experiment names one, in another size.
void put_in_tier(Experiment& experiment, Tier tier) {
  for (std::string& suite : experiment.suites) suite = name_in_tier(suite, tier);
  for (SuiteGrid& grid : experiment.suite_grids) grid.suite = name_in_tier(grid.suite, tier);
  for (TuningSpec& tuning : experiment.tunings) tuning.data = name_in_tier(tuning.data, tier);
}

}  // namespace

const std::atomic<bool>& stop_requested() { return stop_flag; }

void listen_for_stop() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

std::vector<std::string>& command_line() {
  static std::vector<std::string> words;
  return words;
}

int terminal_columns() {
  constexpr int kWidest = 100;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40) return 80;
  return std::min<int>(size.ws_col, kWidest);
}

void add_store_option(CLI::App& verb, std::string& store) {
  store = "quadrant.db";
  verb.add_option("--store", store, "the experiment store")->capture_default_str();
}

Store open_store(const std::string& file, Store::Open mode) {
  const std::string network = network_file_system_of(std::filesystem::path(file).parent_path());
  if (!network.empty()) {
    fmt::print(stderr,
               "warning: {} lies on {}, a network file system: its locks and shared memory do not "
               "hold between machines, and a store can be damaged\n"
               "  mend:  give each machine a store on its own disk, and join them with `quadrant "
               "merge`\n",
               file, network);
  }
  return Store(file, mode);
}

void add_experiment_options(CLI::App& verb, ExperimentOptions& options) {
  verb.add_option("EXPERIMENT", options.file, "experiment file (.toml)")->required();
  verb.add_option("--set", options.overrides, "change one key: a.b=value (may be repeated)");
  verb.add_option("--tier", options.tier, "size of the built-in suites: smoke | cpu | full");
}

LoadedExperiment load_experiment(const ExperimentOptions& options) {
  const auto file = find_experiment(options.file);
  std::string source = read_text(file);
  Experiment experiment = parse_experiment(source, file.string(), options.overrides);
  if (!options.tier.empty()) put_in_tier(experiment, parse_tier(options.tier));
  return {std::move(experiment), std::move(source)};
}

void add_model_options(CLI::App& verb, LineOptions& options) {
  verb.add_option("--model", options.model, "a .gguf file or a known name")->required();
  verb.add_option("--chat-template", options.chat_template, "model | none")->capture_default_str();
  verb.add_option("--device", options.device, "cpu | cuda")->capture_default_str();
  verb.add_option("--dtype", options.dtype, "float32 | bfloat16")
      ->check(CLI::IsMember({"float32", "bfloat16"}))
      ->capture_default_str();
}

void add_line_options(CLI::App& verb, LineOptions& options) {
  verb.add_option("--input", options.input, "JSON lines to read")->required();
  verb.add_option("--output", options.output, "JSON lines to write")->required();
}

std::string InputLine::text(const char* key) const {
  if (!has(key) || !value[key].is_string()) {
    throw Error(fmt::format("\"{}\" is missing or no string", key), where,
                fmt::format("write {{\"{}\": \"...\"}}", key));
  }
  return value[key].get<std::string>();
}

bool InputLine::flag(const char* key) const { return has(key) && value[key] == true; }
bool InputLine::has(const char* key) const { return value.contains(key); }

int convert_lines(const LineOptions& options, const std::function<std::vector<nlohmann::json>(
                                                  const std::vector<InputLine>& lines)>& convert) {
  std::vector<nlohmann::json> values;
  std::vector<std::string> places;
  for_each_json_line(options.input, [&](int line, const nlohmann::json& value) {
    places.push_back(fmt::format("{}:{}", options.input, line));
    if (!value.is_object())
      throw Error("this line is no JSON object", places.back(), "write {...}");
    values.push_back(value);
  });
  std::vector<InputLine> lines;
  for (std::size_t i = 0; i < values.size(); ++i) lines.push_back({places[i], values[i]});
  std::string text;
  for (const nlohmann::json& result : convert(lines)) text += result.dump() + "\n";
  write_atomically(options.output, text);
  return kOk;
}

std::unique_ptr<ModelEngine> load_tool_model(const LineOptions& options) {
  auto engine = load_engine({options.model, options.chat_template, options.device, options.dtype},
                            /*deterministic=*/false);
  if (!options.adapter.empty()) engine->use_tuned(options.adapter);
  return engine;
}

}  // namespace quadrant
