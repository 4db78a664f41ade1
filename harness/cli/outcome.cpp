#include "harness/cli/outcome.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/store/store.h"
#include "reports/model/report_model.h"
#include "reports/page/render.h"

namespace quadrant {
namespace {

void print_json(const RunOutcome& outcome) {
  fmt::print("{}\n", nlohmann::json{{"run", outcome.run_id},
                                    {"state", outcome.state},
                                    {"computed", outcome.computed},
                                    {"cached", outcome.cached},
                                    {"failed", outcome.failed},
                                    {"left", outcome.left},
                                    {"trained", outcome.trained},
                                    {"trainings_reused", outcome.trainings_reused},
                                    {"failures", outcome.failures}}
                         .dump(2));
}

}  // namespace

int print_outcome(const Store& store, const RunOutcome& outcome, bool json) {
  if (json) {
    print_json(outcome);
  } else {
    if (outcome.computed + outcome.cached > 0) {
      ReportOptions options;
      options.samples = SampleChoice::kNone;
      fmt::print("{}\n", verdict_table(load_report_model(store, outcome.run_id, options),
                                       terminal_columns()));
    }
    fmt::print("run {}: {} cells computed, {} reused; {} trainings done, {} reused\n",
               outcome.run_id, outcome.computed, outcome.cached, outcome.trained,
               outcome.trainings_reused);
  }
  if (outcome.complete()) return kOk;
  for (const std::string& failure : outcome.failures) fmt::print(stderr, "failed: {}\n", failure);
  fmt::print(stderr, "{} cells are not done; go on with: quadrant resume {}\n",
             outcome.failed + outcome.left, outcome.run_id);
  return kPartial;
}

}  // namespace quadrant
