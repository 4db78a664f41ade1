// Merging one store's file, for `merge` and for what Slurm's jobs have left.
#pragma once

#include <string>

#include "harness/store/store.h"

namespace quadrant {

// Takes its runs and the files of their trainings, and says so. Error when it is a bundle, when a
// run is going on in it, or when the stores contradict each other.
void merge_file(Store& into, const std::string& file);

}  // namespace quadrant
