// Runs of one store taken into another, by content hash.
//
// Goals: all or nothing; what both have is kept once; doing it again changes nothing; a conflict is
// named and nothing is taken. Non-goals: joining two halves of one run.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/store/store.h"

namespace quadrant {

struct Merged {
  std::int64_t runs = 0, known = 0, records = 0;  // taken; there already; of the runs taken
  struct Training {
    std::int64_t there = 0, here = 0;  // keys
    bool fresh = true;                 // of a run that was not known
  };
  std::vector<Training> trainings;
};

// Takes these runs (none named: all) and those whose answers or trainings they use. Error when
// `from` is not whole (faults.h), or when a run is in both and was continued in one of them alone.
// Files of trainings are left where they are: copy_training_files().
Merged merge_runs(Store& into, const Store& from, std::span<const std::int64_t> runs = {});

// Copies what lies in the folders of these trainings, checked by hash, where it is not there yet.
// Returns the number of files copied. Trainings whose files are missing or have changed lose their
// rows of files, so that they are trained again when needed; they are added to `lost`.
std::int64_t copy_training_files(Store& into, const Store& from, const Merged& merged,
                                 std::vector<std::int64_t>& lost);

}  // namespace quadrant
