// quadrant reproduce: run again from the stored configuration, or score the stored answers again,
// and say how much came out the same.
#include "harness/run/reproduce.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/json_log.h"
#include "harness/cli/verbs.h"
#include "harness/cli/workbench.h"
#include "harness/run/rescore.h"
#include "harness/store/store.h"
#include "reports/compare/comparison.h"

namespace quadrant {
namespace {

struct ReproduceOptions {
  std::string run = "latest", store, level = "exact", device, log;
  bool check = false, json = false;
};

// Between two machines, devices or builds, or where anything came out otherwise: what differs
// there, and whether the verdicts stay. Empty: nothing differs.
std::optional<RunComparison> compare_readings(const Store& store, const Reproduction& result) {
  if (result.run_id == 0 || result.verdict == Sameness::kUnfinished) return std::nullopt;
  const RunRow before = store.run(result.original), now = store.run(result.run_id);
  const bool same_place =
      before.environment_id == now.environment_id && before.experiment_id == now.experiment_id;
  if (same_place && result.verdict == Sameness::kBitIdentical) return std::nullopt;
  return compare_stored_runs(store, result.original, result.run_id);
}

void print_readings(const RunComparison& comparison, const AnswerNoise& noise) {
  for (const SettingChange& change : comparison.settings) {
    fmt::print("{}: {} -> {}\n", change.key, change.first.value_or("(not set)"),
               change.second.value_or("(not set)"));
  }
  fmt::print(
      "noise floor: {} answers are the same, and their log-probabilities differ by at most {:.2g} "
      "nats (mean {:.2g}); {} answers differ\n",
      noise.same_answers, noise.largest, noise.mean, noise.other_answers);
  for (const PairedSuite& suite : comparison.suites) {
    fmt::print("{}\n{}", suite.name, verdicts_text(suite, terminal_columns()));
  }
}

// Of a cell's answers (CellComparison) or of a metric's scores (MetricCheck).
template <class Comparison>
void print_difference(const Comparison& found) {
  if (!found.detail.empty()) fmt::print("  {}\n", found.detail);
  if (found.item_id.empty()) return;
  fmt::print("  first difference: item {}\n    before: {}\n    now:    {}\n", found.item_id,
             found.before, found.now);
}

void print_readable(const Reproduction& reproduction,
                    const std::optional<RunComparison>& readings) {
  for (const ChangedInput& change : reproduction.changed) fmt::print("{}\n", describe(change));
  for (const CellComparison& cell : reproduction.cells) {
    fmt::print("{:<40} {:<22} {}/{} records identical, {} same answers\n",
               cell.suite + ", " + cell.label, to_string(cell.sameness), cell.identical,
               cell.records, cell.same_answers);
    print_difference(cell);
  }
  if (reproduction.run_id) {
    if (readings) print_readings(*readings, reproduction.noise);
    fmt::print("run {} repeats run {}: {}\n", reproduction.run_id, reproduction.original,
               to_string(reproduction.verdict));
  } else {
    fmt::print("run {}: {}; nothing was run\n", reproduction.original,
               to_string(reproduction.verdict));
  }
}

void print_json(const Reproduction& reproduction, const std::optional<RunComparison>& readings) {
  nlohmann::json json = to_json(reproduction);
  if (readings) {
    const nlohmann::json comparison = comparison_json(*readings);
    json["settings"] = comparison.at("settings");
    for (const auto& suite : comparison.at("suites")) {
      json["verdicts"][suite.at("name").get<std::string>()] = suite.at("verdicts");
    }
  }
  fmt::print("{}\n", json.dump(2));
}

int exit_code(Sameness verdict, Level level) {
  if (verdict == Sameness::kUnfinished) return kPartial;
  return satisfies(verdict, level) ? kOk : kUserError;
}

// A bundle will do as well: nothing is written, and neither model nor suites are needed.
int check(const ReproduceOptions& options, Level level) {
  const Store store(options.store);
  const Rescoring rescoring = rescore_run(store, store.find_run(options.run));
  if (options.json) {
    fmt::print("{}\n", to_json(rescoring).dump(2));
    return exit_code(rescoring.verdict, level);
  }
  for (const MetricCheck& check : rescoring.metrics) {
    fmt::print("{:<40} {:<16} {:<22} {}/{} scores identical\n", check.suite + ", " + check.label,
               check.metric, to_string(check.sameness), check.identical, check.records);
    print_difference(check);
  }
  fmt::print("run {}, scored again: {}\n", rescoring.run_id, to_string(rescoring.verdict));
  return exit_code(rescoring.verdict, level);
}

int reproduce(const ReproduceOptions& options, const std::vector<std::string>& argv) {
  const Level level = parse_level(options.level);
  if (options.check) return check(options, level);
  Store store = open_store(options.store);
  const auto line = make_progress(options.log);
  const Reproduction reproduction =
      reproduce_run(store, store.find_run(options.run), load_workbench, argv, *line,
                    stop_requested(), options.device);
  const auto readings = compare_readings(store, reproduction);
  if (options.json) {
    print_json(reproduction, readings);
  } else {
    print_readable(reproduction, readings);
  }
  return exit_code(reproduction.verdict, level);
}

}  // namespace

void add_reproduce(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("reproduce", "run again from the stored configuration; compare");
  auto options = std::make_shared<ReproduceOptions>();
  verb->add_option("RUN", options->run, "a run's number, hash, or \"latest\"")
      ->capture_default_str();
  add_store_option(*verb, options->store);
  add_log_option(*verb, options->log);
  verb->add_option("--level", options->level, "what counts as success: exact | answers | interval")
      ->capture_default_str();
  auto* device =
      verb->add_option("--device", options->device, "cpu | cuda: where it runs, if elsewhere");
  verb->add_flag("--check", options->check,
                 "score the stored answers again instead; needs no model, and reads bundles too")
      ->excludes(device);
  verb->add_flag("--json", options->json, "print JSON");
  verb->callback(
      [&action, options] { action = [options] { return reproduce(*options, command_line()); }; });
}

}  // namespace quadrant
