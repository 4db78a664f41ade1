// Cells that need no work: finished ones, and those whose training failed.
#include "harness/run/execution.h"
#include "harness/run/summarise.h"

namespace quadrant {
namespace {

CellProgress whole_cell(const Execution& run, std::size_t number) {
  const PlannedCell& cell = run.plan.cells[number];
  CellProgress progress;
  progress.number = static_cast<int>(number) + 1;
  progress.of = static_cast<int>(run.plan.cells.size());
  progress.suite = run.suite(cell.suite).name;
  progress.label = cell.label;
  progress.expected = cell.expected;
  progress.score = kNull;
  return progress;
}

}  // namespace

bool reuse_cell(Execution& run, std::size_t number) {
  const PlannedCell& cell = run.plan.cells[number];
  const std::int64_t cell_id = run.cell_ids[number];
  std::optional<AttemptRow> attempt = run.store.attempt_of_run(run.run_id, cell_id);
  const bool own = attempt && attempt->state == "done";
  if (!own) {  // asked anew: another run may have finished since the plan was made
    if (run.plan.options.reuse) attempt = run.store.done_attempt(cell.hash);
    if (!attempt || attempt->state != "done") return false;
    // Answers that are not those of that time are given anew.
    if (output_hash(run.store.database(), attempt->id) != attempt->output_hash) return false;
  }
  const Suite& suite = run.suite(cell.suite);
  bring_scores_up_to_date(run.store, *attempt, suite.metrics,
                          planned_items(suite, run.plan.options, cell.split));
  run.store.set_run_cell(run.run_id, cell_id, attempt->id, own ? "computed" : "cached");
  CellProgress progress = whole_cell(run, number);
  progress.done = progress.expected;
  run.progress.cell_finished(progress, "cached", "");
  return true;
}

void record_failed_cell(Execution& run, std::size_t number, const std::string& error) {
  const std::int64_t cell_id = run.cell_ids[number];
  auto attempt = run.store.attempt_of_run(run.run_id, cell_id);
  if (!attempt) {
    attempt = AttemptRow();
    attempt->cell_id = cell_id;
    attempt->run_id = run.run_id;
    attempt->id = run.store.begin_attempt(*attempt);
    run.store.set_run_cell(run.run_id, cell_id, attempt->id, "computed");
  }
  run.store.set_attempt_state(attempt->id, "failed", error);
  run.progress.cell_finished(whole_cell(run, number), "failed", error);
}

}  // namespace quadrant
