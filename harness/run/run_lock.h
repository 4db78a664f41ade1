// Who works on what in one store: locks of bytes of one file, let go by the system when their
// holder dies.
//
// `<artifact folder>/runs.lock` has a byte for the store as a whole, one for each run, and one for
// each piece of work (a cell, a training, the index) that two runs might both want.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace quadrant {

// One byte of the file; moved, not copied.
class ByteLock {
 public:
  enum class Kind { kShared, kExclusive };
  // Empty when another holder is in the way.
  static std::optional<ByteLock> try_lock(const std::filesystem::path& folder, std::int64_t byte,
                                          Kind kind);
  static ByteLock nothing() { return ByteLock(-1); }
  ~ByteLock();
  ByteLock(ByteLock&& other) noexcept;
  ByteLock& operator=(ByteLock&&) = delete;

 private:
  explicit ByteLock(int file) : file_(file) {}
  int file_ = -1;
};

// Marks a run as going on. Error when another process has it, or tidies up the store.
class RunLock {
 public:
  RunLock(const std::filesystem::path& folder, std::int64_t run_id);

 private:
  ByteLock store_, run_;
};

// Some process has the run, or did until a moment ago.
bool is_going_on(const std::filesystem::path& folder, std::int64_t run_id);

// No run of the store is going on, and none begins meanwhile. Error when one is.
class IdleStore {
 public:
  explicit IdleStore(const std::filesystem::path& folder);

 private:
  ByteLock store_;
};

// A piece of work, by the hash of its specification. Empty when another run is at it.
std::optional<ByteLock> claim_work(const std::filesystem::path& folder, const std::string& hash);
// Waits for the other run; empty only when `stop` was set meanwhile.
std::optional<ByteLock> await_work(const std::filesystem::path& folder, const std::string& hash,
                                   const std::atomic<bool>& stop);

}  // namespace quadrant
