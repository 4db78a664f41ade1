// quadrant plan: what a run would do, what is there already, what it will cost. Nothing is run.
#include "harness/cli/plan_options.h"
#include "harness/cli/verbs.h"

namespace quadrant {

void add_plan(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("plan", "what a run would do and cost; runs nothing");
  auto options = std::make_shared<PlanVerbOptions>();
  add_plan_verb_options(*verb, *options);
  verb->callback([&action, options] { action = [options] { return print_plan(*options); }; });
}

}  // namespace quadrant
