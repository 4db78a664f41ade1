// Whether a store or a bundle is what it claims to be.
//
// Goals: whatever passes can be read, merged and reported without harm, whoever wrote it: its
// schema is ours and holds nothing else (no trigger, no view of theirs), SQLite finds it whole,
// references lead somewhere, hashes are those of what they name, counts fit, JSON has the kind that
// is expected of it, text is UTF-8. Non-goals: mending.
#pragma once

#include <string>
#include <vector>

#include "harness/store/store.h"

namespace quadrant {

// One sentence for each fault, at most twenty; empty = whole. Reads everything once.
std::vector<std::string> find_faults(const Database& database);

// Files of trainings that are not there, or not what their hash says.
std::vector<std::string> find_artifact_faults(const Store& store);

// Error naming the first of the faults, where there are any.
void refuse_faults(const Database& database, const std::filesystem::path& file);

}  // namespace quadrant
