#include "harness/run/plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace quadrant {

ContextSpec context_of(const Experiment& experiment, const PlannedCell& cell) {
  ContextSpec context = experiment.contexts[static_cast<std::size_t>(cell.context)];
  context.trial = cell.trial;
  if (cell.trial >= 0) context.name += fmt::format("#{}", cell.trial);
  return context;
}

TuningSpec tuning_of(const Experiment& experiment, const PlannedTraining& training) {
  const TuningSpec& tuning = experiment.tunings[static_cast<std::size_t>(training.tuning)];
  return training.trial < 0 ? tuning : rate_trial(tuning, training.trial);
}

TuningSpec Plan::tuning(const PlannedCell& cell) const {
  if (cell.training < 0) return experiment.tunings[static_cast<std::size_t>(cell.tuning)];
  return tuning_of(experiment, trainings[static_cast<std::size_t>(cell.training)]);
}

int Plan::training_count() const {
  return static_cast<int>(std::count_if(trainings.begin(), trainings.end(),
                                        [](const auto& one) { return !one.is_search(); }));
}

Prediction Plan::total() const {
  Prediction total{0, 0, 0.0};
  const auto add = [&](const Prediction& part) {
    total.tokens += part.tokens;
    total.flops += part.flops;
    if (!part.seconds) {
      total.seconds.reset();
    } else if (total.seconds) {
      *total.seconds += *part.seconds;
    }
  };
  for (const PlannedCell& cell : cells) {
    if (!cell.done) add(cell.prediction);
  }
  for (const PlannedTraining& training : trainings) {
    if (training.needed && !training.done) add(training.prediction);
  }
  return total;
}

}  // namespace quadrant
