// quadrant validate: is this experiment file or suite folder right?
#include <filesystem>

#include <fmt/format.h>

#include "datasets/suite.h"
#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "strategies/context/context.h"
#include "strategies/tuning/recipe.h"

namespace quadrant {
namespace {

void say_suite(const Suite& suite) {
  fmt::print("suite {} {}: {} documents, {} training lines, {} dev and {} test questions\n",
             suite.name, suite.version, suite.corpus.size(), suite.train.size(), suite.dev.size(),
             suite.test.size());
  for (const std::string& limit : suite_limits(suite)) fmt::print("  note: {}\n", limit);
}

void say_obstacles(const Experiment& experiment, const Suite& suite) {
  for (const ContextSpec& context : experiment.contexts) {
    const std::string obstacle = context_obstacle(context, suite);
    if (!obstacle.empty()) fmt::print("  context {} cannot run: {}\n", context.name, obstacle);
  }
  for (const TuningSpec& tuning : experiment.tunings) {
    const std::string obstacle = tuning_obstacle(tuning, suite);
    if (!obstacle.empty()) fmt::print("  tuning {} cannot run: {}\n", tuning.name, obstacle);
  }
}

int validate(const std::string& path) {
  if (std::filesystem::is_directory(path)) {
    say_suite(load_suite(path));
  } else {
    const Experiment experiment = load_experiment({path, {}}).experiment;
    fmt::print("experiment {}: {} contexts x {} tunings x {} seeds\n", experiment.name,
               experiment.contexts.size(), experiment.tunings.size(), experiment.seeds.size());
    for (const std::string& name : experiment.suites) {
      const Suite suite = find_suite(name);
      say_suite(suite);
      say_obstacles(experiment, suite);
    }
  }
  fmt::print("ok\n");
  return kOk;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("validate", "check an experiment file or a suite folder");
  auto path = std::make_shared<std::string>();
  verb->add_option("PATH", *path, "an experiment file or a suite folder")->required();
  verb->callback([&action, path] { action = [path] { return validate(*path); }; });
}

}  // namespace quadrant
