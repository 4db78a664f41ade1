#include "harness/core/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/half_written.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

[[noreturn]] void fail_errno(const std::string& action, const std::filesystem::path& path) {
  const int code = errno;
  std::string mend = "check that the path is right and that you may use it";
  if (code == ENOSPC || code == EDQUOT) mend = "the disk is full: free some space and run again";
  if (code == ENOENT) mend = "check the path: nothing is there";
  throw Error(fmt::format("cannot {}: {}", action, std::strerror(code)), path.string(), mend);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, const char* data, std::size_t size, const std::filesystem::path& path) {
  while (size > 0) {
    const ssize_t written = ::write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_errno("write the file", path);
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

// One name for all processes, so that what a killed one has left is written over by the next. They
// take turns by a lock; on a disk without locks the last one wins, as with the file itself.
int open_half_written(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  while (true) {
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0) fail_errno("create the file", path);
    while (::flock(file, LOCK_EX) != 0 && errno == EINTR) {
    }
    struct stat mine {};
    struct stat there {};
    const bool in_place = ::fstat(file, &mine) == 0 && ::stat(temporary.c_str(), &there) == 0 &&
                          mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
    if (in_place && ::ftruncate(file, 0) == 0) return file;
    ::close(file);  // another one has put it in place meanwhile
  }
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail_errno("open the file", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail_errno("read the file", path);
  if (!S_ISREG(info.st_mode)) {
    throw Error("cannot read this: it is not a regular file", path.string(), "name a file");
  }
  size_ = static_cast<std::size_t>(info.st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) fail_errno("map the file into memory", path);
  data_ = static_cast<const char*>(address);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

void forget_pages(std::string_view part) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(part.data());
  const std::uintptr_t begin = address / page * page, end = (address + part.size()) / page * page;
  // Only a wish: when the kernel refuses, memory is fuller and nothing is wrong.
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

std::string read_text(const std::filesystem::path& path) {
  const MappedFile file(path);
  return std::string(file.bytes());
}

void write_atomically(const std::filesystem::path& path, std::string_view bytes) {
  write_atomically(path, [&](const ByteSink& sink) { sink(bytes.data(), bytes.size()); });
}

void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const ByteSink&)>& write) {
  std::filesystem::path temporary = path;
  temporary += kHalfWritten;
  const FileDescriptor file(open_half_written(temporary, path));
  try {
    write([&](const void* data, std::size_t size) {
      write_all(file.get(), static_cast<const char*>(data), size, path);
    });
    if (::fsync(file.get()) != 0) fail_errno("write the file to disk", path);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail_errno("put the file in place", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  // The rename itself must survive a power cut too.
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

void remove_half_written(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().native().ends_with(kHalfWritten)) left.push_back(entry.path());
  }
  for (const auto& file : left) std::filesystem::remove(file);
}

void for_each_json_line(const std::filesystem::path& path,
                        const std::function<void(int line, const nlohmann::json&)>& visit) {
  const MappedFile file(path);
  std::string_view rest = file.bytes();
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}:{}", path.string(), line);
    if (const auto bad = first_invalid_utf8(text)) {
      throw Error("this line is not UTF-8", fmt::format("{}, byte {}", where, *bad),
                  "save the file as UTF-8");
    }
    nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) {
      throw Error("this line is not a JSON value", where, "write one JSON object a line");
    }
    visit(line, value);
  }
}

std::filesystem::path cache_directory() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache) {
    return std::filesystem::path(cache) / "quadrant";
  }
  const char* home = std::getenv("HOME");
  if (!home || !*home) {
    throw Error("cannot tell where the cache folder is", "HOME is not set",
                "set HOME or XDG_CACHE_HOME");
  }
  return std::filesystem::path(home) / ".cache" / "quadrant";
}

}  // namespace quadrant
