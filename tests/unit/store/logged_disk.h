// A disk that remembers every write, to be cut off at any of them.
//
// SQLite writes through it (a VFS over the system's own). After a power cut a file holds what was
// synced, and of what came after it any part: each later write may be there, missing, or torn at a
// sector.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace quadrant {
class Rng;
}

namespace quadrant::test {

struct DiskOperation {
  enum class Kind { kWrite, kTruncate, kSync, kDelete };
  Kind kind;
  std::string file;
  std::int64_t offset = 0;  // of a write; the new size of a truncation
  std::string bytes = {};
};

// While one lives, every database that is opened writes through it.
class LoggedDisk {
 public:
  LoggedDisk();
  ~LoggedDisk();
  LoggedDisk(const LoggedDisk&) = delete;
  LoggedDisk& operator=(const LoggedDisk&) = delete;

  const std::vector<DiskOperation>& operations() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes to `folder` what a disk may hold after the first `count` operations.
void write_cut_disk(const std::vector<DiskOperation>& operations, std::size_t count, Rng& rng,
                    const std::filesystem::path& folder);

}  // namespace quadrant::test
