#include "harness/run/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/core/error.h"

namespace quadrant {

RunLock::RunLock(const std::filesystem::path& folder, std::int64_t run_id) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  const std::filesystem::path file = folder / "runs.lock";
  file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) {
    throw Error(fmt::format("cannot use the artifact folder: {}", std::strerror(errno)),
                file.string(), "check that you may write beside the store");
  }
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_start = run_id;
  range.l_len = 1;
  if (::fcntl(file_, F_OFD_SETLK, &range) == 0) return;
  const int error = errno;
  ::close(file_);
  if (error == EAGAIN || error == EACCES) {
    throw Error(fmt::format("run {} is still going on in another process", run_id), file.string(),
                "wait until it has ended, or stop it, then try again");
  }
  throw Error(fmt::format("cannot lock the run: {}", std::strerror(error)), file.string(),
              "keep the store on a disk of this machine");
}

RunLock::~RunLock() { ::close(file_); }

}  // namespace quadrant
