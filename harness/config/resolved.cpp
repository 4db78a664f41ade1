#include <nlohmann/json.hpp>

#include "harness/config/experiment.h"
#include "harness/config/experiment_reader.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr const char* kOrigin = "the stored experiment";

TomlValue to_toml(const nlohmann::json& json) {
  using Kind = TomlValue::Kind;
  TomlValue value;
  value.where = kOrigin;
  if (json.is_object()) {
    for (const auto& [key, child] : json.items()) {
      value.children.push_back(to_toml(child));
      value.children.back().key = key;
    }
  } else if (json.is_array()) {
    value.kind = Kind::kArray;
    for (const auto& child : json) value.children.push_back(to_toml(child));
  } else if (json.is_string()) {
    value.kind = Kind::kText;
    value.text = json.get<std::string>();
  } else if (json.is_boolean()) {
    value.kind = Kind::kBoolean;
    value.boolean = json.get<bool>();
  } else if (json.is_number_float()) {
    value.kind = Kind::kNumber;
    value.number = json.get<double>();
  } else if (json.is_number_integer()) {
    value.kind = Kind::kInteger;
    value.integer = json.get<std::int64_t>();
  } else {
    throw Error("the stored experiment holds a value of a kind that no experiment has", kOrigin,
                "the store is damaged: run the experiment again from its file");
  }
  return value;
}

// Keys that do not belong to the kind of model stay out, so that they change no hash.
nlohmann::json describe_model(const Experiment& experiment) {
  const ModelSpec& model = experiment.model;
  nlohmann::json json{{"path", model.path}, {"chat_template", model.chat_template}};
  if (const auto& server = experiment.server) {
    json.update({{"served_name", server->name},
                 {"api", server->api},
                 {"context_window", server->context_window},
                 {"concurrency", server->concurrency},
                 {"timeout_seconds", server->timeout_seconds}});
  } else {
    json["device"] = model.device;
    // Only where they are set, so that experiments from before they were there keep their hash.
    if (model.dtype != ModelSpec().dtype) json["dtype"] = model.dtype;
    if (model.tf32) json["tf32"] = true;
  }
  return json;
}

}  // namespace

nlohmann::json resolved(const Experiment& experiment) {
  nlohmann::json json{
      {"name", experiment.name},
      {"suites", experiment.suites},
      {"seeds", experiment.seeds},
      {"batch_size", experiment.batch_size},
      {"deterministic", experiment.deterministic},
      {"margin", experiment.margin},
      {"model", describe_model(experiment)},
      {"embedder", {{"path", experiment.embedder}}},
      {"grid", {{"context", nlohmann::json::array()}, {"tuning", nlohmann::json::array()}}}};
  for (const ContextSpec& context : experiment.contexts) {
    json["context"][context.name] = describe(context);
    json["grid"]["context"].push_back(context.name);
  }
  for (const TuningSpec& tuning : experiment.tunings) {
    json["grid"]["tuning"].push_back(tuning.name);
    if (tuning.method != "base") json["tuning"][tuning.name] = describe(tuning);
  }
  for (const SuiteGrid& grid : experiment.suite_grids) {
    nlohmann::json& entry = json["suite"][grid.suite] = nlohmann::json::object();
    if (!grid.contexts.empty()) entry["context"] = grid.contexts;
    if (!grid.tunings.empty()) entry["tuning"] = grid.tunings;
    if (!grid.alone.empty()) entry["alone"] = grid.alone;
  }
  return json;
}

Experiment parse_resolved(const nlohmann::json& resolved) {
  if (!resolved.is_object()) {
    throw Error("the stored experiment is not a JSON object", kOrigin,
                "the store is damaged: run the experiment again from its file");
  }
  return read_experiment(to_toml(resolved));
}

}  // namespace quadrant
