// Where and with what a run was made: the environment row of the store.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "harness/store/rows.h"

namespace quadrant {

// Compiled into the program from CMake, and handed on by the command line.
struct BuildFacts {
  std::string git_commit = "unknown";
  bool git_dirty = false;
  std::string compiler, flags, build_type;
};
BuildFacts build_facts();

// `libraries`: name -> version. `determinism`: setting -> value ("threads" -> "2"). The SQLite and
// fmt versions are added here, as are CPU model, cores and memory.
EnvironmentRow collect_environment(const BuildFacts& build,
                                   std::map<std::string, std::string> libraries,
                                   const std::map<std::string, std::string>& determinism,
                                   const std::string& accelerator = "");

// Highest resident memory in bytes since reset_peak_memory() (or since the program began, where
// the system does not let us reset it).
std::int64_t peak_memory();
void reset_peak_memory();

}  // namespace quadrant
