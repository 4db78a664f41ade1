// Where the numbers come from: configuration, inputs, program, machine.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

std::string plain(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// {"threads":2} -> "threads 2"
std::string listed(const std::string& json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  if (!value.is_object()) return "";
  std::string text;
  for (const auto& [key, entry] : value.items()) {
    if (plain(entry).empty()) continue;
    text += (text.empty() ? "" : " · ") + key + " " + plain(entry);
  }
  return text;
}

std::string joined(const std::string& json_list) {
  const auto value = nlohmann::json::parse(json_list, nullptr, false);
  std::string text;
  if (!value.is_array()) return text;
  for (const auto& entry : value) text += (text.empty() ? "" : " ") + plain(entry);
  return text;
}

}  // namespace

void load_provenance(const Store& store, ReportModel& model) {
  const RunRow run = store.run(model.run_id);
  const EnvironmentRow environment = store.environment(run.environment_id);
  Provenance& provenance = model.provenance;
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) provenance.facts.emplace_back(what, value);
  };
  add("Run", fmt::format("{}, {}", run.id, run.state));
  add("Run hash", run.hash);
  add("Started (UTC)", run.started_at);
  add("Ended (UTC)", run.ended_at);
  add("Command", joined(run.argv));
  if (run.reproduces) add("Repeats run", std::to_string(*run.reproduces));
  add("Left out by options", run.options == "{}" ? "" : listed(run.options));
  add("Configuration hash", run.config_hash);
  add("Program",
      environment.git_commit + (environment.git_dirty ? " with uncommitted changes" : ""));
  add("Build", listed(environment.build));
  add("Machine", listed(environment.hardware));
  add("Libraries", listed(environment.libraries));
  add("Determinism", listed(environment.determinism));
  for (const InputRow& input : store.run_inputs(model.run_id)) {
    provenance.inputs.push_back({input.name, input.path, input.hash});
  }
  provenance.source = store.experiment_source(model.run_id);
  const auto config = nlohmann::json::parse(run.config, nullptr, false);
  provenance.resolved = config.is_discarded() ? run.config : config.dump(2);
  provenance.reproduce = fmt::format("quadrant reproduce {}", run.id);
}

}  // namespace quadrant
