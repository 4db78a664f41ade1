#include "reports/compare/settings.h"

#include <map>
#include <nlohmann/json.hpp>

#include "harness/store/store.h"

namespace quadrant {
namespace {

using Settings = std::map<std::string, std::string>;

// {"a": {"b": [1]}} -> "a.b" = "[1]"
void flatten(const nlohmann::json& value, const std::string& key, Settings& settings) {
  if (!value.is_object()) {
    settings[key] = value.is_string()
                        ? value.get<std::string>()
                        : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return;
  }
  for (const auto& [name, child] : value.items()) {
    flatten(child, key.empty() || key.ends_with(' ') ? key + name : key + "." + name, settings);
  }
}

// Configuration, options, inputs, program and machine, in this order.
std::vector<Settings> read_settings(const Store& store, std::int64_t run_id) {
  constexpr std::size_t kHashDigits = 16;
  std::vector<Settings> groups(5);
  const auto add = [&](std::size_t group, const char* key, const std::string& json) {
    flatten(nlohmann::json::parse(json, nullptr, false), key, groups[group]);
  };
  const RunRow run = store.run(run_id);
  add(0, "", run.config);
  add(1, "option ", run.options);
  for (const InputRow& input : store.run_inputs(run_id)) {
    groups[2]["input " + input.name] = input.hash.substr(0, kHashDigits);
  }
  const EnvironmentRow environment = store.environment(run.environment_id);
  groups[3]["program commit"] =
      environment.git_commit + (environment.git_dirty ? " with uncommitted changes" : "");
  add(3, "program ", environment.build);
  add(3, "program ", environment.libraries);
  add(4, "machine ", environment.hardware);
  add(4, "machine ", environment.determinism);
  return groups;
}

std::optional<std::string> value_of(const Settings& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::vector<SettingChange> changed_settings(const Store& store, std::int64_t first,
                                            std::int64_t second) {
  const auto before = read_settings(store, first), after = read_settings(store, second);
  std::vector<SettingChange> changes;
  for (std::size_t group = 0; group < before.size(); ++group) {
    Settings all = before[group];
    all.insert(after[group].begin(), after[group].end());
    for (const auto& [key, value] : all) {
      SettingChange change{key, value_of(before[group], key), value_of(after[group], key)};
      if (change.first != change.second) changes.push_back(std::move(change));
    }
  }
  return changes;
}

}  // namespace quadrant
