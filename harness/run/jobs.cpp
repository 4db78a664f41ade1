#include "harness/run/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

constexpr std::size_t kKeyDigits = 16;

// The cells of one job, in the plan's order: trials before what is chosen by them.
struct Group {
  std::vector<const PlannedCell*> cells;
  std::optional<std::size_t> job;  // none: all of them are in the store
};

using GroupName = std::tuple<int, int, int, std::optional<std::uint64_t>>;
GroupName name_of(const PlannedCell& cell) {
  return {cell.suite, cell.context, cell.tuning, cell.seed};
}

class Cutter {
 public:
  Cutter(const Plan& plan, const Store& store) : plan_(plan), store_(store) {
    std::map<GroupName, std::size_t> known;
    for (const PlannedCell& cell : plan.cells) {
      const auto [group, is_new] = known.try_emplace(name_of(cell), groups_.size());
      if (is_new) groups_.emplace_back();
      groups_[group->second].cells.push_back(&cell);
    }
  }

  std::vector<Job> cut() {
    for (Group& group : groups_) {
      const bool pending = std::any_of(group.cells.begin(), group.cells.end(),
                                       [](const PlannedCell* cell) { return !cell->done; });
      if (!pending) continue;
      group.job = jobs_.size();
      jobs_.emplace_back();
    }
    for (const Group& group : groups_) {
      if (group.job) describe_job(group, jobs_[*group.job]);
    }
    return std::move(jobs_);
  }

 private:
  const ContextSpec& context(int index) const {
    return plan_.experiment.contexts[static_cast<std::size_t>(index)];
  }
  const TuningSpec& tuning(int index) const {
    return plan_.experiment.tunings[static_cast<std::size_t>(index)];
  }
  const PlannedTraining& training(int index) const {
    return plan_.trainings[static_cast<std::size_t>(index)];
  }
  bool is_optimised(const Group& group) const {
    return context(group.cells[0]->context).kind == "optimised";
  }

  void describe_job(const Group& group, Job& job) {
    const PlannedCell& asked = *group.cells.back();
    const std::string& suite = plan_.suite_names[static_cast<std::size_t>(asked.suite)];
    std::string hashes;
    for (const PlannedCell* cell : group.cells) hashes += cell->hash;
    job.key = sha256_hex(hashes).substr(0, kKeyDigits);
    job.label =
        fmt::format("{}, {} + {}", suite, context(asked.context).name, tuning(asked.tuning).name);
    if (asked.seed) job.label += fmt::format(", seed {}", *asked.seed);

    const auto [contexts, tunings] = planned_with(group);
    job.only.emplace_back("suite", suite);
    for (const int index : contexts) job.only.emplace_back("context", context(index).name);
    for (const int index : tunings) job.only.emplace_back("tuning", tuning(index).name);
    if (asked.seed) job.only.emplace_back("seed", std::to_string(*asked.seed));
    for (const Group& other : groups_) {
      const PlannedCell& cell = *other.cells[0];
      if (cell.suite == asked.suite && contexts.contains(cell.context) &&
          tunings.contains(cell.tuning) && (!cell.seed || !asked.seed || cell.seed == asked.seed)) {
        build_on(other, job);
      }
    }
    for (const PlannedCell* cell : group.cells) {
      if (cell->training >= 0 && !training(cell->training).is_search()) {
        need_training(cell->training, group, job);
      }
    }
  }

  // Contexts and tunings that --only must leave, so that the same cells are planned: those that a
  // prompt, or a learning rate, is chosen with.
  std::pair<std::set<int>, std::set<int>> planned_with(const Group& group) const {
    const PlannedCell& asked = *group.cells.back();
    std::set<int> contexts{asked.context}, tunings{asked.tuning};
    if (asked.training >= 0 && training(asked.training).is_search()) {
      contexts.insert(plan_.cells[training(asked.training).trials[0].cell].context);
    }
    if (asked.training >= 0 && is_optimised(group)) {
      const auto& all = plan_.experiment.tunings;
      const auto base = std::find_if(all.begin(), all.end(), [](const TuningSpec& candidate) {
        return candidate.method == "base";
      });
      QUADRANT_CHECK(base != all.end());
      tunings.insert(static_cast<int>(base - all.begin()));
    }
    return {contexts, tunings};
  }

  // The job plans these cells too, and must find them done.
  void build_on(const Group& group, Job& job) {
    for (const PlannedCell* cell : group.cells) {
      if (cell->done) job.runs.insert(store_.attempt(*cell->done).run_id);
    }
    if (group.job && &jobs_[*group.job] != &job) job.needs.insert(*group.job);
  }

  void need_training(int index, const Group& group, Job& job) {
    for (const TrainingRow& row : store_.trainings(training(index).hash)) {
      if (row.id != training(index).done || store_.artifacts_of_training(row.id).empty()) continue;
      job.runs.insert(row.run_id);
      return;
    }
    const std::size_t trainer = trainer_of(index);
    if (trainer != *group.job) job.needs.insert(trainer);
  }

  // The first that builds on it, and waits for no choice of a prompt where there is such a one.
  std::size_t trainer_of(int index) const {
    std::optional<std::size_t> first;
    for (const Group& group : groups_) {
      const bool builds_on_it =
          std::any_of(group.cells.begin(), group.cells.end(),
                      [&](const PlannedCell* cell) { return cell->training == index; });
      if (!group.job || !builds_on_it) continue;
      if (!is_optimised(group)) return *group.job;
      if (!first) first = group.job;
    }
    QUADRANT_CHECK(first.has_value());
    return *first;
  }

  const Plan& plan_;
  const Store& store_;
  std::vector<Group> groups_;
  std::vector<Job> jobs_;
};

}  // namespace

std::vector<Job> cut_into_jobs(const Plan& plan, const Store& store) {
  return Cutter(plan, store).cut();
}

}  // namespace quadrant
