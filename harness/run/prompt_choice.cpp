#include "harness/run/prompt_choice.h"

#include <cmath>

#include "harness/core/error.h"
#include "harness/metrics/metric.h"
#include "harness/run/summarise.h"

namespace quadrant {
namespace {

// The dev score of a trial's cell; NaN where nothing could be scored.
double dev_score(const Execution& run, std::size_t number, const std::string& metric) {
  const PlannedCell& trial = run.plan.cells[number];
  std::optional<AttemptRow> attempt = run.store.attempt_of_run(run.run_id, run.cell_ids[number]);
  if ((!attempt || attempt->state != "done") && trial.done) {
    attempt = run.store.attempt(*trial.done);
  }
  if (!attempt || attempt->state != "done") {
    throw Error("a prompt of the search was not answered: " + trial.label, trial.label,
                "see why it failed (`quadrant show`), then go on with `quadrant resume`");
  }
  for (const SummaryRow& row : run.store.summaries(attempt->id)) {
    if (row.metric == metric && row.method == kSummaryMethod) return row.mean;
  }
  return kNull;
}

}  // namespace

int chosen_trial(const Execution& run, const PlannedCell& cell) {
  const std::string& metric = run.suite(cell.suite).metrics.at(0);
  const double sign = find_metric(metric).higher_is_better ? 1 : -1;
  int best = 0;
  double best_score = -INFINITY;
  for (std::size_t i = 0; i < run.plan.cells.size(); ++i) {
    const PlannedCell& trial = run.plan.cells[i];
    if (trial.trial < 0 || trial.suite != cell.suite || trial.context != cell.context) continue;
    const double score = sign * dev_score(run, i, metric);
    if (!(score > best_score)) continue;
    best_score = score;
    best = trial.trial;
  }
  return best;
}

}  // namespace quadrant
