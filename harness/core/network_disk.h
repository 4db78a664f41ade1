// Is a folder on a network file system? There, locks and shared memory do not hold between
// machines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace quadrant {

// The network file system of this kind (statfs's f_type), or "" for any other: "NFS", "SMB", ...
std::string network_file_system(std::int64_t type);
std::string network_file_system_of(const std::filesystem::path& folder);

}  // namespace quadrant
