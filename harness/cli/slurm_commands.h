// Slurm's own commands: sbatch, squeue, sinfo.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace quadrant {

using Words = std::vector<std::string>;

// For sh: in single quotes.
std::string quoted(const std::string& word);

// What the command wrote to stdout, in words; what it says of a failure goes to stderr. Error when
// there is no such command, or when it fails.
Words asked(const Words& command);

// Error when one of these jobs is still in the queue. `shared` is where they work.
void refuse_second_submission(const Words& jobs, const std::filesystem::path& shared);

// A warning where jobs may run on other nodes and the folder is on no network file system.
void warn_of_own_disk(const std::filesystem::path& folder);

}  // namespace quadrant
