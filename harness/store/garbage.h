// What a store keeps that nothing refers to any more.
//
// Goals: no run, finished or to be resumed, loses anything. Non-goals: removing runs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/store/store.h"

namespace quadrant {

struct Garbage {
  std::vector<std::pair<std::string, std::int64_t>> rows;  // table, how many; none with zero
  std::vector<std::filesystem::path> files;                // files and folders, absolute
  std::int64_t file_bytes = 0;
};

// Finds it, and with `remove` takes it away: rows first, in one transaction. No run of this store
// may be going on meanwhile (run_lock.h).
Garbage collect_garbage(Store& store, bool remove);

}  // namespace quadrant
