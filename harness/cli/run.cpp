// quadrant run, resume: do the work of an experiment, or what is left of it.
#include "harness/run/runner.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/json_log.h"
#include "harness/cli/outcome.h"
#include "harness/cli/plan_options.h"
#include "harness/cli/slurm.h"
#include "harness/cli/verbs.h"
#include "harness/cli/workbench.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

int run_experiment(const PlanVerbOptions& options, const std::string& log,
                   const std::vector<std::string>& argv) {
  Store store = open_store(options.store, Store::Open::kCreate);
  PreparedPlan prepared = prepare_plan(options, &store);
  const RunRequest request{std::move(prepared.plan), prepared.loaded.source, argv, std::nullopt};
  const auto line = make_progress(log);
  const RunOutcome outcome = run_plan(store, prepared.bench, request, *line, stop_requested());
  return print_outcome(store, outcome, options.json);
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("run", "run an experiment; what is in the store is reused");
  auto options = std::make_shared<PlanVerbOptions>();
  auto dry_run = std::make_shared<bool>(false), slurm = std::make_shared<bool>(false);
  auto log = std::make_shared<std::string>(), sbatch = std::make_shared<std::string>();
  add_plan_verb_options(*verb, *options);
  add_log_option(*verb, *log);
  verb->add_flag("--dry-run", *dry_run, "only print the plan");
  CLI::Option* on_slurm = verb->add_flag(
      "--slurm", *slurm, "submit what is missing to Slurm; run it again after jobs have failed");
  verb->add_option("--sbatch", *sbatch, "for sbatch: --sbatch='--partition=gpu --gres=gpu:1'")
      ->needs(on_slurm);
  on_slurm->excludes(verb->get_option("--json"));
  verb->callback([&action, options, dry_run, log, slurm, sbatch] {
    action = [options, dry_run, log, slurm, sbatch] {
      if (*dry_run) return print_plan(*options);
      if (*slurm && submit_to_slurm(*options, *sbatch)) return static_cast<int>(kOk);
      return run_experiment(*options, *log, command_line());
    };
  });
}

void add_resume(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("resume", "go on with an interrupted run");
  auto store_file = std::make_shared<std::string>();
  auto run = std::make_shared<std::string>("latest");
  auto json = std::make_shared<bool>(false);
  verb->add_option("RUN", *run, "a run's number, hash, or \"latest\"")->capture_default_str();
  auto log = std::make_shared<std::string>();
  add_store_option(*verb, *store_file);
  add_log_option(*verb, *log);
  verb->add_flag("--json", *json, "print JSON");
  verb->callback([&action, store_file, run, json, log] {
    action = [store_file, run, json, log] {
      Store store = open_store(*store_file);
      const auto line = make_progress(*log);
      const RunOutcome outcome =
          resume_run(store, store.find_run(*run), load_workbench, *line, stop_requested());
      return print_outcome(store, outcome, *json);
    };
  });
}

}  // namespace quadrant
