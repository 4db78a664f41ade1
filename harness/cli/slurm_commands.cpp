#include "harness/cli/slurm_commands.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.h"
#include "harness/core/network_disk.h"

namespace quadrant {
namespace {

std::string own_node() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return std::string(name).substr(0, std::string(name).find('.'));
}

}  // namespace

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

Words asked(const Words& command) {
  constexpr int kNotThere = 127;
  std::string line = "command -v " + command.at(0) + " >/dev/null || exit 127;";
  for (const std::string& word : command) line += " " + quoted(word);
  std::FILE* pipe = ::popen(line.c_str(), "r");
  QUADRANT_CHECK(pipe != nullptr);
  std::string text;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) {
    text.append(buffer, count);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotThere) {
    throw Error(fmt::format("there is no `{}` on this machine", command[0]), "PATH",
                "run this where Slurm's commands are, or leave --slurm out");
  }
  if (status != 0) {
    throw Error(fmt::format("`{}` has failed; its own message stands above", command[0]),
                fmt::format("{}", fmt::join(command, " ")),
                "mend what it says, then run this again");
  }
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

void refuse_second_submission(const Words& jobs, const std::filesystem::path& shared) {
  if (jobs.empty()) return;
  std::set<std::string> queued;  // %F: of an array, its number without the element's
  for (const std::string& job : asked({"squeue", "--me", "-h", "-o", "%F"})) {
    if (std::find(jobs.begin(), jobs.end(), job) != jobs.end()) queued.insert(job);
  }
  if (queued.empty()) return;
  throw Error("Slurm is still at an earlier submission for this store", shared.string(),
              fmt::format("wait until `squeue` no longer shows {}, or stop it: scancel {}",
                          fmt::join(queued, ", "), fmt::join(queued, " ")));
}

void warn_of_own_disk(const std::filesystem::path& folder) {
  if (!network_file_system_of(folder).empty()) return;
  const Words all = asked({"sinfo", "-h", "-N", "-o", "%n"});
  std::set<std::string> nodes(all.begin(), all.end());
  nodes.erase(own_node());
  if (nodes.empty()) return;
  fmt::print(
      stderr,
      "warning: {} seems to lie on a disk of this machine alone, and jobs may run on others "
      "({}{})\n"
      "  mend:  unless they mount this disk, put store, program, experiment and models where "
      "all nodes see them under the same path\n",
      folder.string(), *nodes.begin(), nodes.size() > 1 ? ", ..." : "");
}

}  // namespace quadrant
