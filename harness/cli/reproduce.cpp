// quadrant reproduce: run again from the stored configuration, and say how much came out the same.
#include "harness/run/reproduce.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/json_log.h"
#include "harness/cli/verbs.h"
#include "harness/cli/workbench.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

struct ReproduceOptions {
  std::string run = "latest", store, level = "exact", log;
  bool json = false;
};

void print_readable(const Reproduction& reproduction) {
  for (const ChangedInput& change : reproduction.changed) fmt::print("{}\n", describe(change));
  for (const CellComparison& cell : reproduction.cells) {
    fmt::print("{:<40} {:<22} {}/{} records identical, {} same answers\n",
               cell.suite + ", " + cell.label, to_string(cell.sameness), cell.identical,
               cell.records, cell.same_answers);
    if (!cell.detail.empty()) fmt::print("  {}\n", cell.detail);
    if (!cell.item_id.empty()) {
      fmt::print("  first difference: item {}\n    before: {}\n    now:    {}\n", cell.item_id,
                 cell.before, cell.now);
    }
  }
  if (reproduction.run_id) {
    fmt::print("run {} repeats run {}: {}\n", reproduction.run_id, reproduction.original,
               to_string(reproduction.verdict));
  } else {
    fmt::print("run {}: {}; nothing was run\n", reproduction.original,
               to_string(reproduction.verdict));
  }
}

int reproduce(const ReproduceOptions& options, const std::vector<std::string>& argv) {
  const Level level = parse_level(options.level);
  Store store = open_store(options.store);
  const auto line = make_progress(options.log);
  const Reproduction reproduction = reproduce_run(store, store.find_run(options.run),
                                                  load_workbench, argv, *line, stop_requested());
  if (options.json) {
    fmt::print("{}\n", to_json(reproduction).dump(2));
  } else {
    print_readable(reproduction);
  }
  if (reproduction.verdict == Sameness::kUnfinished) return kPartial;
  return satisfies(reproduction.verdict, level) ? kOk : kUserError;
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
  verb->add_flag("--json", options->json, "print JSON");
  verb->callback(
      [&action, options] { action = [options] { return reproduce(*options, command_line()); }; });
}

}  // namespace quadrant
