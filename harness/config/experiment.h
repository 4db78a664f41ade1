// The experiment file: TOML in, one validated Experiment out. Format: README "Experiment file".
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/server_spec.h"
#include "harness/core/specs.h"

namespace quadrant {

// What of the grid is asked of one suite, by name; an empty list: all of it.
struct SuiteGrid {
  std::string suite;  // as in Experiment::suites
  std::vector<std::string> contexts, tunings;
  std::vector<std::string> alone;  // tunings that are asked in zero-shot contexts only
};

struct Experiment {
  std::string name;
  std::vector<std::string> suites;  // built-in names or folders
  std::vector<std::uint64_t> seeds{0};
  ModelSpec model;
  std::optional<ServerSpec> server;  // the model is behind it, and model.path is its URL
  std::string embedder = "all-minilm-l6-v2";
  int batch_size = 16;  // prompts answered together
  bool deterministic = true;
  double margin = 0.05;                // smallest difference that matters, on the metric's scale
  std::vector<ContextSpec> contexts;   // those the grid names, in the grid's order
  std::vector<TuningSpec> tunings;     // likewise; "base" needs no table
  std::vector<SuiteGrid> suite_grids;  // [suite.NAME]; a suite without one is asked the whole grid
};

// Is this combination asked of the suite, some combination with this tuning?
bool asks(const Experiment& experiment, const std::string& suite, const ContextSpec& context,
          const TuningSpec& tuning);
bool asks(const Experiment& experiment, const std::string& suite, const TuningSpec& tuning);

// `text` is TOML. `origin` names the file in errors. `overrides` are "a.b=value" (--set); the
// value is read as TOML, or as a plain string when it is not TOML.
// Errors: file:line, unknown key with the nearest known one, wrong type, out of range, a grid name
// without its table, a tuned arm without learning purpose.
Experiment parse_experiment(const std::string& text, const std::string& origin,
                            const std::vector<std::string>& overrides = {});

// Canonical form, every default written out; parse_resolved() is its inverse.
nlohmann::json resolved(const Experiment& experiment);
Experiment parse_resolved(const nlohmann::json& resolved);

}  // namespace quadrant
