#include "harness/run/plan_filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"

namespace quadrant {

void check_filter(const PlanOptions& options, const Experiment& experiment,
                  const std::vector<Suite>& suites) {
  std::map<std::string, std::vector<std::string>> known;
  for (const Suite& suite : suites) known["suite"].push_back(suite.name);
  for (const ContextSpec& context : experiment.contexts) known["context"].push_back(context.name);
  for (const TuningSpec& tuning : experiment.tunings) known["tuning"].push_back(tuning.name);
  for (const std::uint64_t seed : experiment.seeds) known["seed"].push_back(std::to_string(seed));
  for (const auto& [key, value] : options.only) {
    const auto found = known.find(key);
    const std::string where = fmt::format("--only {}={}", key, value);
    if (found == known.end()) {
      throw Error(fmt::format("unknown key \"{}\"", key), where,
                  "use one of suite, context, tuning, seed");
    }
    const auto& values = found->second;
    if (std::find(values.begin(), values.end(), value) == values.end()) {
      const std::string near = nearest_name(value, values);
      throw Error(fmt::format("the experiment has no {} \"{}\"", key, value), where,
                  near.empty() ? fmt::format("it has {}", fmt::join(values, ", "))
                               : fmt::format("did you mean \"{}\"?", near));
    }
  }
}

bool selected(const PlanOptions& options, const std::string& key, const std::string& value) {
  bool restricted = false;
  for (const auto& [name, wanted] : options.only) {
    if (name != key) continue;
    if (wanted == value) return true;
    restricted = true;
  }
  return !restricted;
}

std::vector<Item> planned_items(const Suite& suite, const PlanOptions& options, Split split) {
  const std::vector<Item>& all = split == Split::kDev ? suite.dev : suite.test;
  const std::size_t count = options.limit > 0
                                ? std::min(all.size(), static_cast<std::size_t>(options.limit))
                                : all.size();
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
}

nlohmann::json to_json(const PlanOptions& options) {
  nlohmann::json json = nlohmann::json::object();
  if (options.limit > 0) json["limit"] = options.limit;
  for (const auto& [key, value] : options.only) json["only"].push_back({key, value});
  return json;
}

PlanOptions plan_options(const nlohmann::json& json) {
  PlanOptions options;
  options.limit = json.value("limit", 0);
  for (const auto& pair : json.value("only", nlohmann::json::array())) {
    options.only.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  }
  return options;
}

}  // namespace quadrant
