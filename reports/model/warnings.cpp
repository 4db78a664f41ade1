// What a reader must know before believing the numbers.
#include "reports/model/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/store/store.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

constexpr int kClustersWanted = 40;  // below, even honest intervals are wide and rough

void warn_of_arm(const ReportModel& model, const SuiteReport& suite, const ArmReport& arm,
                 std::vector<std::string>& warnings) {
  const std::string name =
      fmt::format("{}, {}", suite.name, arm_label(model, arm.context, arm.tuning));
  if (arm.answers < arm.expected) {
    warnings.push_back(fmt::format("{}: {} of {} answers are missing.", name,
                                   arm.expected - arm.answers, arm.expected));
  }
  if (arm.errors > 0) {
    warnings.push_back(fmt::format("{}: {} of {} items could not be asked or answered.", name,
                                   arm.errors, arm.answers));
  }
  if (arm.truncated > 0) {
    warnings.push_back(
        fmt::format("{}: in {} of {} prompts, passages or examples were left out to fit.", name,
                    arm.truncated, arm.answers));
  }
  if (arm.score.unscored > 0) {
    warnings.push_back(fmt::format("{}: {} items have no score and are left out of its mean.", name,
                                   arm.score.unscored));
  }
}

void warn_of_choices(const ReportModel& model, const SuiteReport& suite,
                     std::vector<std::string>& warnings) {
  const auto chosen = std::find_if(suite.verdicts.begin(), suite.verdicts.end(),
                                   [](const VerdictReport& v) { return v.context_from_test; });
  if (chosen != suite.verdicts.end()) {
    warnings.push_back(fmt::format(
        "{}: {} stands for context because it scored best on these same test items, which favours "
        "it a little.",
        suite.name, model.contexts[static_cast<std::size_t>(chosen->context)].name));
  }
}

void warn_of_suite(const ReportModel& model, const SuiteReport& suite,
                   std::vector<std::string>& warnings) {
  if (suite.clusters < kClustersWanted) {
    warnings.push_back(fmt::format(
        "{}: {} clusters are few; below {} intervals are wide and small effects stay unseen.",
        suite.name, suite.clusters, kClustersWanted));
  }
  warn_of_choices(model, suite, warnings);
  std::size_t seeds = 0;
  for (const ArmReport& arm : suite.arms) {
    warn_of_arm(model, suite, arm, warnings);
    seeds = std::max(seeds, arm.seeds.size());
  }
  if (seeds > 0 && seeds < 3) {
    warnings.push_back(fmt::format(
        "{}: {} training seed{}; how much the result would change with another is {}.", suite.name,
        seeds, seeds == 1 ? "" : "s", seeds == 1 ? "not known" : "barely known"));
  }
}

}  // namespace

void add_warnings(const Store& store, const std::vector<ReportCellRow>& cells, ReportModel& model) {
  const RunRow run = store.run(model.run_id);
  if (run.state != "done") {
    model.warnings.push_back(
        fmt::format("This run is {}: what is shown is what the store holds so far.", run.state));
  }
  if (!run.error.empty()) model.warnings.push_back("The run ended with: " + run.error);
  for (const ReportCellRow& cell : cells) {
    if (cell.error.empty()) continue;
    model.warnings.push_back(
        fmt::format("{}, {} + {} failed: {}", cell.suite, cell.context, cell.tuning, cell.error));
  }
  for (const TrainingReport& training : model.trainings) {
    if (training.losses_not_finite == 0) continue;
    model.warnings.push_back(fmt::format("{}, {}, seed {}: the loss was no number in {} steps.",
                                         training.suite, training.tuning, training.seed,
                                         training.losses_not_finite));
  }
  for (const SuiteReport& suite : model.suites) warn_of_suite(model, suite, model.warnings);
}

}  // namespace quadrant
