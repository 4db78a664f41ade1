// A suite in memory to a suite folder: the other direction of load_suite().
#pragma once

#include <filesystem>

#include "datasets/suite.h"

namespace quadrant {

// Makes the folder when it is missing; files without lines are left out. Equal suites give equal
// bytes (canonical JSON). The hashes of the suite are not looked at. Error when a file cannot be
// written.
void save_suite(const Suite& suite, const std::filesystem::path& folder);

}  // namespace quadrant
