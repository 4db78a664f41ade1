// A run of a few answers in a bundle: something of each table, and every hash as it should be.
#pragma once

#include <filesystem>

namespace quadrant::fuzz {

// `folder` is for the suite and the store that it comes from.
void write_small_bundle(const std::filesystem::path& folder, const std::filesystem::path& bundle);

}  // namespace quadrant::fuzz
