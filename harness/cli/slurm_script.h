// The shell scripts that `run --slurm` hands to sbatch.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/run/jobs.h"

namespace quadrant {

// The files of one submission; all nodes see them under these paths.
struct SlurmPlace {
  std::filesystem::path program, here, shared, store;  // absolute; `here`: the folder to work in
  std::filesystem::path indexes;                       // those that the store has, and will have
  std::vector<std::string> run;                        // "run", the experiment, its options
};

// In the folder `shared`: a store is "<name>/store.db" with its artifacts beside it.
inline constexpr const char* kShardFile = "store.db";
inline constexpr const char* kPart = ".part";      // behind the name of one to be resumed
inline constexpr const char* kRunPrefix = "run-";  // before one that was copied out of the store
std::string shard_of_run(std::int64_t run);

// An array: element i does jobs[chosen[i]] in a store on the node's disk, and leaves it in `shared`
// under the job's key, whole or not at all; with kPart behind it when it was stopped.
std::string array_script(const SlurmPlace& place, const std::vector<Job>& jobs,
                         const std::vector<std::size_t>& chosen);

// The last job: takes all shards into the store, and makes one run of them there.
std::string last_script(const SlurmPlace& place, const std::vector<Job>& jobs);

}  // namespace quadrant
