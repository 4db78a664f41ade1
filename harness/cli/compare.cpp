// quadrant compare: two runs side by side, item by item.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/store/store.h"
#include "reports/compare/comparison.h"

namespace quadrant {
namespace {

struct CompareOptions {
  std::string first, second, store;
  bool json = false;
};

int compare(const CompareOptions& options) {
  const Store store(options.store);
  const RunComparison comparison =
      compare_stored_runs(store, store.find_run(options.first), store.find_run(options.second));
  if (options.json) {
    fmt::print("{}\n", comparison_json(comparison).dump(2));
  } else {
    fmt::print("{}", comparison_text(comparison, terminal_columns()));
  }
  return kOk;
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("compare", "what changed from one run to another, item by item");
  auto options = std::make_shared<CompareOptions>();
  verb->add_option("FIRST", options->first, "a run's number, hash, or \"latest\"")->required();
  verb->add_option("SECOND", options->second, "the run to compare with it")->required();
  verb->add_flag("--json", options->json, "print JSON");
  add_store_option(*verb, options->store);
  verb->callback([&action, options] { action = [options] { return compare(*options); }; });
}

}  // namespace quadrant
