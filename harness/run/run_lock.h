// Marks a run as going on: held by the working process, let go by the system when it dies.
#pragma once

#include <cstdint>
#include <filesystem>

namespace quadrant {

class RunLock {
 public:
  // One byte of `<folder>/runs.lock` stands for each run. Error when another process holds it.
  RunLock(const std::filesystem::path& folder, std::int64_t run_id);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace quadrant
