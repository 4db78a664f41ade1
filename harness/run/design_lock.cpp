#include "harness/run/design_lock.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace {

// As harness/stats judges; a change there is a change here, and so another lock.
nlohmann::json lock_spec(const Experiment& experiment, const Suite& suite) {
  return {
      {"metrics", suite.metrics},
      {"margin", experiment.margin},
      {"family",
       {"context - base", "model - base", "context - model", "both - best single",
        "(both - model) - (context - base)"}},
      {"interval", "cluster-t, 95 %"},
      {"test", "McNemar or cluster sign-flip, Holm, .05"},
      {"equivalence", "two one-sided tests, .05"},
      {"choices", suite.dev.empty() ? "on test items, said beside the verdict" : "on dev items"}};
}

LockRow lock_of(std::int64_t run_id, const Plan& plan, const Workbench& bench, const Suite& suite) {
  LockRow lock;
  lock.run_id = run_id;
  lock.suite = suite.name;
  lock.spec = canonical_json(lock_spec(plan.experiment, suite));
  lock.hash = sha256_hex(lock.spec);
  lock.subject = json_hash({{"items", items_hash(planned_items(suite, plan.options, Split::kTest))},
                            {"weights", bench.engine->base_hash()}});
  return lock;
}

std::string changed_keys(const LockRow& before, const LockRow& now) {
  const auto old_spec = nlohmann::json::parse(before.spec);
  const auto new_spec = nlohmann::json::parse(now.spec);
  std::string changes;
  for (const auto& [key, value] : new_spec.items()) {
    const auto old_value = old_spec.contains(key) ? old_spec.at(key) : nlohmann::json();
    if (old_value == value) continue;
    changes += fmt::format("{}{}, then {}, is now {}", changes.empty() ? "" : "; ", key,
                           old_value.dump(), value.dump());
  }
  return changes;
}

std::string note_on(const Store& store, const LockRow& lock) {
  std::string note;
  for (const LockRow& before : store.locks_on(lock.subject)) {
    if (before.run_id >= lock.run_id || before.hash == lock.hash) continue;
    // The last one says it best: it is what was decided with the answers seen so far.
    note = fmt::format(
        "{}: run {} already judged these test items with these weights by another rule ({}). This "
        "is a new run, decided after those answers could be seen.",
        lock.suite, before.run_id, changed_keys(before, lock));
  }
  return note;
}

}  // namespace

std::vector<std::string> lock_design(Store& store, std::int64_t run_id, const Plan& plan,
                                     const Workbench& bench) {
  const std::vector<LockRow> known = store.locks(run_id);
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < bench.suites.size(); ++i) {
    const bool planned = std::any_of(plan.cells.begin(), plan.cells.end(), [&](const auto& cell) {
      return cell.suite == static_cast<int>(i);
    });
    if (!planned) continue;
    LockRow lock = lock_of(run_id, plan, bench, bench.suites[i]);
    const auto stored = std::find_if(known.begin(), known.end(),
                                     [&](const LockRow& row) { return row.suite == lock.suite; });
    if (stored == known.end()) {
      lock.note = note_on(store, lock);
      store.put_lock(lock);
    } else if (stored->hash != lock.hash) {
      throw Error(fmt::format("run {} was begun to be judged by another rule ({})", run_id,
                              changed_keys(*stored, lock)),
                  lock.suite, "start anew with `quadrant run`");
    } else {
      lock.note = stored->note;
    }
    if (!lock.note.empty()) notes.push_back(lock.note);
  }
  return notes;
}

}  // namespace quadrant
