// Writing a bundle, for `bundle` and for `export --format bundle`.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/common.h"

namespace quadrant {

// Says what it wrote; returns the exit code.
int bundle_runs(const std::string& store_file, const std::vector<std::string>& runs, bool adapters,
                const std::string& output);

}  // namespace quadrant
