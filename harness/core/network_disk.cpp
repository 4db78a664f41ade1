#include "harness/core/network_disk.h"

#include <sys/vfs.h>

#include <utility>

namespace quadrant {

std::string network_file_system(std::int64_t type) {
  constexpr std::pair<std::int64_t, const char*> kKinds[] = {
      {0x6969, "NFS"},      {0x517B, "SMB"},      {0xFE534D42, "SMB"},    {0xFF534D42, "CIFS"},
      {0x5346414F, "AFS"},  {0x73757245, "Coda"}, {0x01021997, "9p"},     {0x0BD00BD0, "Lustre"},
      {0x00C36400, "Ceph"}, {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"}, {0x7461636F, "OCFS2"},
      {0x01161970, "GFS2"},
  };
  for (const auto& [kind, name] : kKinds) {
    if (kind == (type & 0xFFFFFFFF)) return name;
  }
  return "";
}

std::string network_file_system_of(const std::filesystem::path& folder) {
  struct statfs info {};
  if (::statfs(folder.empty() ? "." : folder.c_str(), &info) != 0) return "";
  return network_file_system(info.f_type);
}

}  // namespace quadrant
