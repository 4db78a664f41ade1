#include "harness/run/trial_choice.h"

#include <cmath>

#include "harness/core/error.h"
#include "harness/metrics/metric.h"
#include "harness/run/summarise.h"

namespace quadrant {
namespace {

// The dev score of a trial's cell, higher = better; NaN where nothing could be scored.
double dev_score(const Execution& run, std::size_t number) {
  const PlannedCell& trial = run.plan.cells[number];
  const std::string& metric = run.suite(trial.suite).metrics.at(0);
  const double sign = find_metric(metric).higher_is_better ? 1 : -1;
  std::optional<AttemptRow> attempt = run.store.attempt_of_run(run.run_id, run.cell_ids[number]);
  if ((!attempt || attempt->state != "done") && trial.done) {
    attempt = run.store.attempt(*trial.done);
  }
  if (!attempt || attempt->state != "done") {
    throw Error("a trial of the search was not answered: " + trial.label, trial.label,
                "see why it failed (`quadrant show`), then go on with `quadrant resume`");
  }
  for (const SummaryRow& row : run.store.summaries(attempt->id)) {
    if (row.metric == metric && row.method == kSummaryMethod) return sign * row.mean;
  }
  return kNull;
}

// The earliest of the best.
class Best {
 public:
  void offer(int trial, double score) {
    if (!(score > score_) && trial_ >= 0) return;
    trial_ = trial;
    if (!std::isnan(score)) score_ = score;
  }
  int trial() const { return trial_; }

 private:
  int trial_ = -1;
  double score_ = -INFINITY;
};

}  // namespace

int chosen_trial(const Execution& run, const PlannedCell& cell) {
  Best best;
  for (std::size_t i = 0; i < run.plan.cells.size(); ++i) {
    const PlannedCell& trial = run.plan.cells[i];
    if (trial.trial < 0 || trial.suite != cell.suite || trial.context != cell.context) continue;
    best.offer(trial.trial, dev_score(run, i));
  }
  return best.trial();
}

int chosen_rate(const Execution& run, const PlannedTraining& search) {
  Best best;
  for (const PlannedTraining::Trial& trial : search.trials) {
    best.offer(trial.training, dev_score(run, trial.cell));
  }
  return best.trial();
}

}  // namespace quadrant
