// What a store keeps that nothing refers to any more, and what it could make again.
//
// Goals: no run, finished or to be resumed, loses an answer. Non-goals: removing runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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

// How much may be kept of what can be made again; the least recently used of it goes first: the
// store's indexes, the weights of its finished trainings (a run that needs them trains again), and
// what lies in the folder `vectors` for all stores.
struct CacheLimit {
  std::int64_t bytes = 0;
  std::filesystem::path vectors;
};

// Finds it, and with `remove` takes it away: rows first, in one transaction. No run of this store
// may be going on meanwhile (run_lock.h).
Garbage collect_garbage(Store& store, bool remove,
                        const std::optional<CacheLimit>& limit = std::nullopt);

}  // namespace quadrant
