#include "harness/run/reproduce.h"

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/run/plan.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

Reproduction refused(std::int64_t original, std::vector<ChangedInput> changes) {
  Reproduction result;
  result.original = original;
  result.verdict = Sameness::kInputChanged;
  result.changed = std::move(changes);
  return result;
}

}  // namespace

const char* to_string(Sameness sameness) {
  switch (sameness) {
    case Sameness::kBitIdentical:
      return "bit-identical";
    case Sameness::kSameAnswers:
      return "same answers";
    case Sameness::kWithinIntervals:
      return "same within intervals";
    case Sameness::kDrifted:
      return "drifted";
    case Sameness::kUnfinished:
      return "unfinished";
    case Sameness::kInputChanged:
      return "input changed";
  }
  return "";
}

Reproduction reproduce_run(Store& store, std::int64_t original, const WorkbenchLoader& load,
                           const std::vector<std::string>& argv, Progress& progress,
                           const std::atomic<bool>& stop, const std::string& device) {
  const RunRow row = store.run(original);
  const auto stored = store.run_inputs(original);
  Experiment experiment = stored_experiment(store, original);
  // What was stored is what is checked; only what is loaded goes elsewhere.
  const auto move_there = [&](Experiment& moved) {
    if (!device.empty()) moved.model.device = device;
  };
  Reloaded reloaded =
      reload(experiment, stored, store.artifact_folder(), [&](const Experiment& found) {
        Experiment moved = found;
        move_there(moved);
        return load(moved);
      });
  if (!reloaded.changed.empty()) return refused(original, std::move(reloaded.changed));
  move_there(experiment);
  Workbench& bench = *reloaded.bench;
  PlanOptions options = plan_options(nlohmann::json::parse(row.options));
  options.reuse = false;
  RunRequest request;
  request.plan = make_plan(experiment, bench, &store, options);
  request.source = store.experiment_source(original);
  request.argv = argv;
  request.reproduces = original;
  const RunOutcome outcome = run_plan(store, bench, request, progress, stop);
  return compare_runs(store, original, outcome.run_id);
}

Level parse_level(const std::string& name) {
  if (name == "exact") return Level::kExact;
  if (name == "answers") return Level::kAnswers;
  if (name == "interval") return Level::kInterval;
  throw Error("unknown level \"" + name + "\"", "--level", "use exact, answers or interval");
}

bool satisfies(Sameness verdict, Level level) {
  switch (level) {
    case Level::kExact:
      return verdict == Sameness::kBitIdentical;
    case Level::kAnswers:
      return verdict <= Sameness::kSameAnswers;
    case Level::kInterval:
      return verdict <= Sameness::kWithinIntervals;
  }
  return false;
}

nlohmann::json to_json(const Reproduction& reproduction) {
  nlohmann::json changed = nlohmann::json::array(), cells = nlohmann::json::array();
  for (const ChangedInput& change : reproduction.changed) {
    changed.push_back({{"name", change.name},
                       {"path", change.path},
                       {"before", change.before},
                       {"now", change.now}});
  }
  for (const CellComparison& cell : reproduction.cells) {
    nlohmann::json entry{{"suite", cell.suite},
                         {"cell", cell.label},
                         {"verdict", to_string(cell.sameness)},
                         {"records", cell.records},
                         {"identical", cell.identical},
                         {"same_answers", cell.same_answers},
                         {"detail", cell.detail}};
    if (!cell.item_id.empty()) {
      entry["first_difference"] = {
          {"item", cell.item_id}, {"before", cell.before}, {"now", cell.now}};
    }
    cells.push_back(std::move(entry));
  }
  const AnswerNoise& noise = reproduction.noise;
  nlohmann::json json{{"original", reproduction.original},
                      {"verdict", to_string(reproduction.verdict)},
                      {"changed", changed},
                      {"cells", cells},
                      {"noise",
                       {{"same_answers", noise.same_answers},
                        {"other_answers", noise.other_answers},
                        {"largest", noise.largest},
                        {"mean", noise.mean}}}};
  json["run"] = reproduction.run_id > 0 ? nlohmann::json(reproduction.run_id) : nullptr;
  return json;
}

}  // namespace quadrant
