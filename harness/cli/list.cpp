// quadrant list: what there is to choose from, and the runs of a store.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "datasets/suite.h"
#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/metrics/metric.h"
#include "harness/store/store.h"
#include "strategies/context/context.h"
#include "strategies/model_files.h"
#include "strategies/tuning/recipe.h"

namespace quadrant {
namespace {

struct Entry {
  std::string name, description;
};

std::vector<Entry> runs_of(const std::string& store_file) {
  std::vector<Entry> entries;
  for (const RunRow& run : Store(store_file).runs()) {
    std::string text = fmt::format("{}  {}  {}", run.started_at, run.state, run.experiment);
    if (run.reproduces) text += fmt::format("  (repeats run {})", *run.reproduces);
    entries.push_back({std::to_string(run.id), text});
  }
  return entries;
}

std::vector<Entry> entries_of(const std::string& what, const std::string& store_file) {
  std::vector<Entry> entries;
  if (what == "suites") {
    for (const auto& suite : built_in_suites()) entries.push_back({suite.name, suite.description});
  } else if (what == "models") {
    for (const auto& model : installed_models()) {
      entries.push_back({model.name, model.kind + ", " + model.path.string()});
    }
  } else if (what == "contexts") {
    for (const auto& kind : context_kinds()) entries.push_back({kind.name, kind.description});
  } else if (what == "tunings") {
    for (const auto& kind : tuning_kinds()) entries.push_back({kind.name, kind.description});
  } else if (what == "metrics") {
    for (const auto& metric : all_metrics()) entries.push_back({metric.name, metric.description});
  } else {
    entries = runs_of(store_file);
  }
  return entries;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("list", "suites | models | contexts | tunings | metrics | runs");
  auto what = std::make_shared<std::string>(), store = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  verb->add_option("WHAT", *what, "suites | models | contexts | tunings | metrics | runs")
      ->required()
      ->check(CLI::IsMember({"suites", "models", "contexts", "tunings", "metrics", "runs"}));
  add_store_option(*verb, *store);
  verb->add_flag("--json", *json, "print JSON");
  verb->callback([&action, what, store, json] {
    action = [what, store, json] {
      nlohmann::json list = nlohmann::json::array();
      for (const Entry& entry : entries_of(*what, *store)) {
        if (!*json) fmt::print("{:<24} {}\n", entry.name, entry.description);
        list.push_back({{"name", entry.name}, {"description", entry.description}});
      }
      if (*json) fmt::print("{}\n", list.dump(2));
      return int{kOk};
    };
  });
}

}  // namespace quadrant
