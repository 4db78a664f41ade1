// The plan as JSON, for `plan --json`.
#include <nlohmann/json.hpp>

#include "harness/run/plan.h"

namespace quadrant {
namespace {

nlohmann::json as_json(const Prediction& prediction) {
  nlohmann::json json{{"tokens", prediction.tokens}, {"flops", prediction.flops}};
  json["seconds"] = prediction.seconds ? nlohmann::json(*prediction.seconds) : nullptr;
  return json;
}

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nullptr;
}

}  // namespace

nlohmann::json to_json(const Plan& plan) {
  const Experiment& experiment = plan.experiment;
  nlohmann::json cells = nlohmann::json::array();
  for (const PlannedCell& cell : plan.cells) {
    nlohmann::json entry{{"hash", cell.hash},
                         {"suite", plan.suite_names[static_cast<std::size_t>(cell.suite)]},
                         {"context", context_of(experiment, cell).name},
                         {"tuning", plan.tuning(cell).name},
                         {"seed", or_null(cell.seed)},
                         {"split", cell.split == Split::kDev ? "dev" : "test"},
                         {"items", cell.expected},
                         {"cached", cell.done.has_value()},
                         {"attempt", or_null(cell.done)},
                         {"predicted", as_json(cell.prediction)}};
    entry["training"] = nullptr;
    if (cell.training >= 0) {
      entry["training"] = plan.trainings[static_cast<std::size_t>(cell.training)].hash;
    }
    cells.push_back(std::move(entry));
  }
  nlohmann::json trainings = nlohmann::json::array();
  for (const PlannedTraining& training : plan.trainings) {
    nlohmann::json trials = nlohmann::json::array();
    for (const PlannedTraining::Trial& trial : training.trials) {
      trials.push_back(plan.trainings[static_cast<std::size_t>(trial.training)].hash);
    }
    trainings.push_back({{"hash", training.hash},
                         {"suite", plan.suite_names[static_cast<std::size_t>(training.suite)]},
                         {"tuning", tuning_of(experiment, training).name},
                         {"trials", trials},  // hashes; empty: a training, not the choice of one
                         {"seed", training.seed},
                         {"sequences", training.sequences},
                         {"needed", training.needed},
                         {"cached", training.done.has_value()},
                         {"predicted", as_json(training.prediction)}});
  }
  return {{"experiment", experiment.name},
          {"cells", cells},
          {"trainings", trainings},
          {"obstacles", plan.obstacles},
          {"total", as_json(plan.total())}};
}

}  // namespace quadrant
