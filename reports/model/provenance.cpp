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
  const Say& say = model.say;
  const auto add = [&](const std::string& what, const std::string& value) {
    if (!value.empty()) provenance.facts.emplace_back(what, value);
  };
  add(say("Run", "실행"), fmt::format("{}, {}", run.id, state_word(say, run.state)));
  add(say("Run hash", "실행 해시"), run.hash);
  add(say("Started (UTC)", "시작 (UTC)"), run.started_at);
  add(say("Ended (UTC)", "끝 (UTC)"), run.ended_at);
  add(say("Command", "명령"), joined(run.argv));
  if (run.reproduces) add(say("Repeats run", "되풀이한 실행"), std::to_string(*run.reproduces));
  add(say("Left out by options", "선택 항목으로 뺀 것"),
      run.options == "{}" ? "" : listed(run.options));
  add(say("Configuration hash", "설정 해시"), run.config_hash);
  add(say("Program", "프로그램"),
      environment.git_commit + (environment.git_dirty
                                    ? say(" with uncommitted changes", " (커밋하지 않은 변경 있음)")
                                    : ""));
  add(say("Build", "빌드"), listed(environment.build));
  add(say("Machine", "기계"), listed(environment.hardware));
  add(say("Libraries", "라이브러리"), listed(environment.libraries));
  add(say("Determinism", "결정성"), listed(environment.determinism));
  for (const InputRow& input : store.run_inputs(model.run_id)) {
    provenance.inputs.push_back({input.name, input.path, input.hash});
  }
  provenance.source = store.experiment_source(model.run_id);
  const auto config = nlohmann::json::parse(run.config, nullptr, false);
  provenance.resolved = config.is_discarded() ? run.config : config.dump(2);
  provenance.reproduce = fmt::format("quadrant reproduce {}", run.id);
}

}  // namespace quadrant
