// Training curves, thinned so that a page stays small.
#include <cmath>
#include <set>

#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

constexpr std::size_t kCurvePoints = 300;

// Means over runs of neighbouring steps: single steps are noise, and dropping some would hide it.
std::vector<CurvePoint> curve(const std::vector<ReportStepRow>& steps) {
  const std::size_t width = (steps.size() + kCurvePoints - 1) / kCurvePoints;
  std::vector<CurvePoint> points;
  std::int64_t tokens = 0;
  for (std::size_t begin = 0; begin < steps.size(); begin += width) {
    const std::size_t end = std::min(begin + width, steps.size());
    CurvePoint point{steps[end - 1].step, 0, 0, steps[end - 1].lr, 0};
    for (std::size_t i = begin; i < end; ++i) {
      tokens += steps[i].tokens;
      point.loss += steps[i].loss / static_cast<double>(end - begin);
      point.grad_norm += steps[i].grad_norm / static_cast<double>(end - begin);
    }
    point.tokens = tokens;
    points.push_back(point);
  }
  return points;
}

}  // namespace

void load_trainings(const Store& store, const std::vector<ReportCellRow>& cells,
                    ReportModel& model) {
  std::set<std::int64_t> used;
  for (const ReportCellRow& cell : cells) {
    if (cell.split == "test" && cell.training_id) used.insert(*cell.training_id);
  }
  for (const ReportTrainingRow& row : report_trainings(store.database(), model.run_id)) {
    const TrainingRow& training = row.training;
    TrainingReport report;
    report.suite = row.suite;
    report.tuning = row.tuning;
    report.method = training.method;
    report.state = training.state;
    report.weights_hash = training.weights_hash;
    report.seed = training.seed;
    report.sequences = row.sequences;
    report.steps = training.steps.value_or(training.last_step);
    report.trainable = training.trainable_params.value_or(0);
    report.peak_bytes = training.peak_bytes.value_or(0);
    report.tokens = training.tokens.value_or(0);
    report.seconds = training.seconds;
    report.flops = training.flops;
    report.energy_j = training.energy_j;
    report.searched = !used.contains(training.id);
    const auto steps = report_steps(store.database(), training.id, "train");
    for (const ReportStepRow& step : steps) report.losses_not_finite += !std::isfinite(step.loss);
    report.train = curve(steps);
    report.valid = curve(report_steps(store.database(), training.id, "valid"));
    model.trainings.push_back(std::move(report));
  }
}

}  // namespace quadrant
