#include "harness/cli/slurm.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/merge_file.h"
#include "harness/cli/slurm_commands.h"
#include "harness/cli/slurm_script.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/run/jobs.h"
#include "harness/store/merge.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostElements = 1000;  // of an array: Slurm's own limit is 1001
constexpr const char* kJobsFile = "jobs";    // numbers of the last submission's, in `shared`

Words words_of(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

SlurmPlace place_of(const PlanVerbOptions& options) {
  SlurmPlace place;
  place.program = fs::read_symlink("/proc/self/exe");
  place.here = fs::current_path();
  place.store = fs::absolute(options.store);
  place.shared = fs::path(place.store).replace_extension(".slurm");
  // A copy: the file may be changed while jobs wait in the queue.
  place.run = {"run", (place.shared / "experiment.toml").string()};
  const auto add = [&](const std::string& option, const std::string& value) {
    place.run.insert(place.run.end(), {option, value});
  };
  for (const std::string& change : options.experiment.overrides) add("--set", change);
  if (!options.experiment.tier.empty()) add("--tier", options.experiment.tier);
  if (options.limit > 0) add("--limit", std::to_string(options.limit));
  return place;
}

// Whole shards go into the store; those of stopped jobs stay, and are gone on with.
void collect(Store& store, const fs::path& shared) {
  std::vector<fs::path> shards;
  for (const auto& entry : fs::directory_iterator(shared)) {
    if (!fs::exists(entry.path() / kShardFile) || entry.path().extension() == kPart) continue;
    shards.push_back(entry.path());
  }
  std::sort(shards.begin(), shards.end());
  for (const fs::path& shard : shards) {
    const std::string name = shard.filename().string();
    const bool half_copied = name.starts_with("."), out_of_store = name.starts_with(kRunPrefix);
    if (!half_copied && !out_of_store) merge_file(store, (shard / kShardFile).string());
    fs::remove_all(shard);
  }
}

// The runs that jobs build on, a shard each.
void hand_out(const Store& store, const std::vector<Job>& jobs, const fs::path& shared) {
  std::set<std::int64_t> runs;
  for (const Job& job : jobs) runs.insert(job.runs.begin(), job.runs.end());
  for (const std::int64_t run : runs) {
    const fs::path folder = shared / shard_of_run(run);
    fs::create_directories(folder);
    Store shard(folder / kShardFile, Store::Open::kCreate);
    std::vector<std::int64_t> lost;  // such a training is done again by the jobs
    copy_training_files(shard, store, merge_runs(shard, store, std::span(&run, 1)), lost);
  }
}

class Submission {
 public:
  Submission(const SlurmPlace& place, const std::vector<Job>& jobs, const std::string& words)
      : place_(place), jobs_(jobs), words_(words_of(words)), names_(jobs.size()) {}

  // Jobs that need the same ones are an array; those that others need come first.
  void submit(const Words& only) {
    for (auto ready = ready_jobs(); !ready.empty(); ready = ready_jobs()) {
      for (const auto& [needs, chosen] : ready) {
        for (std::size_t begin = 0; begin < chosen.size(); begin += kMostElements) {
          const auto first = chosen.begin() + static_cast<std::ptrdiff_t>(begin);
          const auto count = std::min(kMostElements, chosen.size() - begin);
          submit_array(needs, {first, first + static_cast<std::ptrdiff_t>(count)});
        }
      }
    }
    SlurmPlace last = place_;
    for (const std::string& filter : only) last.run.insert(last.run.end(), {"--only", filter});
    write_atomically(place_.shared / "merge.sh", last_script(last, jobs_));
    const std::string id = sbatch("merge.sh", {"--output=" + log("%j")}, ids_);
    fmt::print("{:<12} merges all into {} when they are done\n", id, place_.store.string());
    fmt::print("logs are in {}; when jobs have failed, run this again\n",
               (place_.shared / "logs").string());
  }

 private:
  std::map<std::set<std::size_t>, std::vector<std::size_t>> ready_jobs() const {
    std::map<std::set<std::size_t>, std::vector<std::size_t>> ready;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      const auto& needs = jobs_[i].needs;
      const bool can = std::none_of(needs.begin(), needs.end(),
                                    [&](std::size_t job) { return names_[job].empty(); });
      if (names_[i].empty() && can) ready[needs].push_back(i);
    }
    return ready;
  }

  void submit_array(const std::set<std::size_t>& needs, const std::vector<std::size_t>& chosen) {
    Words before;
    for (const std::size_t job : needs) before.push_back(names_[job]);
    const std::string script = fmt::format("jobs-{}.sh", ids_.size() + 1);
    write_atomically(place_.shared / script, array_script(place_, jobs_, chosen));
    const std::string id = sbatch(script,
                                  {fmt::format("--array=0-{}", chosen.size() - 1),
                                   "--signal=B:USR1@120", "--output=" + log("%A_%a")},
                                  before);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      names_[chosen[i]] = fmt::format("{}_{}", id, i);
      fmt::print("{:<12} {}{}\n", names_[chosen[i]], jobs_[chosen[i]].label,
                 before.empty() ? "" : fmt::format("  after {}", fmt::join(before, ", ")));
    }
  }

  std::string log(const char* name) const {
    return (place_.shared / "logs" / name).string() + ".log";
  }

  std::string sbatch(const std::string& script, const Words& options, const Words& before) {
    Words command{"sbatch", "--parsable", "--job-name=quadrant", "--chdir=/"};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), words_.begin(), words_.end());
    if (!before.empty()) {
      command.push_back(fmt::format("--dependency=afterok:{}", fmt::join(before, ":")));
      command.push_back("--kill-on-invalid-dep=yes");
    }
    command.push_back((place_.shared / script).string());
    const Words answer = asked(command);
    QUADRANT_CHECK(!answer.empty());
    ids_.push_back(answer[0].substr(0, answer[0].find(';')));  // "ID" or "ID;CLUSTER"
    write_atomically(place_.shared / kJobsFile, fmt::format("{}\n", fmt::join(ids_, "\n")));
    return ids_.back();
  }

  const SlurmPlace& place_;
  const std::vector<Job>& jobs_;
  Words words_;  // the user's, for sbatch
  Words names_;  // by job: "ID_ELEMENT", once it is submitted
  Words ids_;    // of all that is submitted
};

}  // namespace

bool submit_to_slurm(const PlanVerbOptions& options, const std::string& words) {
  SlurmPlace place = place_of(options);
  const fs::path jobs_file = place.shared / kJobsFile;
  refuse_second_submission(fs::exists(jobs_file) ? words_of(read_text(jobs_file)) : Words(),
                           place.shared);
  fs::create_directories(place.shared / "logs");
  warn_of_own_disk(place.shared);
  Store store(place.store, Store::Open::kCreate);
  place.indexes = store.artifact_folder() / "index";
  collect(store, place.shared);
  const PreparedPlan prepared = prepare_plan(options, &store);
  const std::vector<Job> jobs = cut_into_jobs(prepared.plan, store);
  if (jobs.empty()) return false;
  hand_out(store, jobs, place.shared);
  write_atomically(place.shared / "experiment.toml", prepared.loaded.source);
  Submission(place, jobs, words).submit(options.only);
  return true;
}

}  // namespace quadrant
