// What killed processes leave of write_atomically().
#pragma once

#include <filesystem>

namespace quadrant {

// Behind the name of a file that is being written. The next write of the file takes it over.
inline constexpr const char* kHalfWritten = ".quadrant.tmp";

// Removes all such files below a folder, where nobody else writes now.
void remove_half_written(const std::filesystem::path& folder);

}  // namespace quadrant
