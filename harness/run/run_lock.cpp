#include "harness/run/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "harness/core/error.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStoreByte = 0;                          // runs count from 1
constexpr std::int64_t kFirstWorkByte = std::int64_t{1} << 61;  // above every run

struct flock byte_range(std::int64_t byte, int type) {
  struct flock range {};
  range.l_type = static_cast<short>(type);
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  return range;
}

ByteLock required(const fs::path& folder, std::int64_t byte, ByteLock::Kind kind,
                  const std::string& problem) {
  if (auto lock = ByteLock::try_lock(folder, byte, kind)) return std::move(*lock);
  throw Error(problem, (folder / "runs.lock").string(),
              "wait until it has ended, or stop it, then try again");
}

}  // namespace

std::optional<ByteLock> ByteLock::try_lock(const fs::path& folder, std::int64_t byte, Kind kind) {
  std::error_code ignored;  // the opening says what is wrong
  fs::create_directories(folder, ignored);
  const fs::path file = folder / "runs.lock";
  ByteLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.file_ < 0) {
    throw Error(fmt::format("cannot use the artifact folder: {}", std::strerror(errno)),
                file.string(), "check that you may write beside the store");
  }
  struct flock range = byte_range(byte, kind == Kind::kShared ? F_RDLCK : F_WRLCK);
  if (::fcntl(lock.file_, F_OFD_SETLK, &range) == 0) return lock;
  if (errno == EAGAIN || errno == EACCES) return std::nullopt;
  throw Error(fmt::format("cannot lock the run: {}", std::strerror(errno)), file.string(),
              "keep the store on a disk of this machine");
}

ByteLock::~ByteLock() {
  if (file_ >= 0) ::close(file_);
}

ByteLock::ByteLock(ByteLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

RunLock::RunLock(const fs::path& folder, std::int64_t run_id)
    : store_(required(folder, kStoreByte, ByteLock::Kind::kShared,
                      "another process tidies up this store")),
      run_(required(folder, run_id, ByteLock::Kind::kExclusive,
                    fmt::format("run {} is still going on in another process", run_id))) {}

bool is_going_on(const fs::path& folder, std::int64_t run_id) {
  const int file = ::open((folder / "runs.lock").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  struct flock range = byte_range(run_id, F_WRLCK);
  const bool known = ::fcntl(file, F_OFD_GETLK, &range) == 0;
  ::close(file);
  return known && range.l_type != F_UNLCK;
}

IdleStore::IdleStore(const fs::path& folder)
    : store_(required(folder, kStoreByte, ByteLock::Kind::kExclusive,
                      "a run is going on in this store")) {}

std::optional<ByteLock> claim_work(const fs::path& folder, const std::string& hash) {
  constexpr std::size_t kDigits = 15;  // 60 bits
  const auto number = static_cast<std::int64_t>(std::stoull(hash.substr(0, kDigits), nullptr, 16));
  return ByteLock::try_lock(folder, kFirstWorkByte + number, ByteLock::Kind::kExclusive);
}

std::optional<ByteLock> await_work(const fs::path& folder, const std::string& hash,
                                   const std::atomic<bool>& stop) {
  while (!stop.load()) {
    if (auto claim = claim_work(folder, hash)) return claim;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return std::nullopt;
}

}  // namespace quadrant
