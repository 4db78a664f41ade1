#include "harness/cli/plan_options.h"

#include <cmath>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/workbench.h"
#include "harness/core/error.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

std::vector<std::pair<std::string, std::string>> parse_only(const std::vector<std::string>& only) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& text : only) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      throw Error("--only needs key=value", text, "write --only suite=NAME or --only context=NAME");
    }
    pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return pairs;
}

// "?" for a model of unknown size, behind a server.
std::string teraflops(const Prediction& prediction, int digits) {
  if (std::isnan(prediction.flops)) return "?";
  return fmt::format("{:.{}f}", prediction.flops / 1e12, digits);
}

// Which suite a line of the plan is about, where there are several.
std::string about(const Plan& plan, int suite, const std::string& label) {
  if (plan.suite_names.size() == 1) return label;
  return plan.suite_names[static_cast<std::size_t>(suite)] + ": " + label;
}

void print_readable(const Plan& plan) {
  const int width = plan.suite_names.size() == 1 ? 32 : 50;
  fmt::print("{}: {} cells, {} trainings\n", plan.experiment.name, plan.cells.size(),
             plan.training_count());
  for (const PlannedTraining& training : plan.trainings) {
    if (training.is_search()) continue;
    fmt::print("  train  {:<{}} {:>5} sequences  {:>7} TFLOP{}\n",
               about(plan, training.suite, training.label), width, training.sequences,
               teraflops(training.prediction, 2), training.done ? "  (in the store)" : "");
  }
  for (const PlannedCell& cell : plan.cells) {
    fmt::print("  answer {:<{}} {:>5} items      {:>7} TFLOP{}\n",
               about(plan, cell.suite, cell.label), width, cell.expected,
               teraflops(cell.prediction, 2), cell.done ? "  (in the store)" : "");
  }
  for (const std::string& obstacle : plan.obstacles) fmt::print("  cannot run: {}\n", obstacle);
  const Prediction total = plan.total();
  fmt::print("total: about {:.0f}k tokens, {} TFLOP{}\n", total.tokens / 1e3, teraflops(total, 1),
             total.seconds ? fmt::format(", {:.1f} minutes at this machine's speed so far",
                                         *total.seconds / 60)
                           : "");
}

}  // namespace

void add_plan_verb_options(CLI::App& verb, PlanVerbOptions& options) {
  add_experiment_options(verb, options.experiment);
  add_store_option(verb, options.store);
  verb.add_option("--only", options.only, "only these cells: suite|context|tuning|seed=VALUE");
  verb.add_option("--limit", options.limit, "only the first N test items of each suite")
      ->check(CLI::PositiveNumber);
  verb.add_flag("--json", options.json, "print JSON");
}

PreparedPlan prepare_plan(const PlanVerbOptions& options, const Store* store) {
  PreparedPlan prepared{load_experiment(options.experiment), {}, {}};
  prepared.bench = load_workbench(prepared.loaded.experiment);
  PlanOptions plan_options;
  plan_options.limit = options.limit;
  plan_options.only = parse_only(options.only);
  prepared.plan = make_plan(prepared.loaded.experiment, prepared.bench, store, plan_options);
  return prepared;
}

int print_plan(const PlanVerbOptions& options) {
  std::optional<Store> store;  // planning leaves no file behind
  if (std::filesystem::exists(options.store)) store.emplace(options.store);
  const PreparedPlan prepared = prepare_plan(options, store ? &*store : nullptr);
  if (options.json) {
    fmt::print("{}\n", to_json(prepared.plan).dump(2));
  } else {
    print_readable(prepared.plan);
  }
  return kOk;
}

}  // namespace quadrant
