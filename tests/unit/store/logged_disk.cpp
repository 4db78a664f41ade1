#include "tests/unit/store/logged_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <new>

#include "harness/core/error.h"
#include "harness/core/rng.h"

namespace quadrant::test {
namespace {

std::vector<DiskOperation>* current_log = nullptr;
sqlite3_vfs* real_vfs = nullptr;

// SQLite allocates it without constructing; the system's own file follows it in memory.
struct LoggedFile {
  sqlite3_file base;
  const char* name;  // SQLite's, for as long as the file is open; null for a temporary file
};

sqlite3_file* real_file(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<LoggedFile*>(file) + 1);
}

void note(sqlite3_file* file, DiskOperation::Kind kind, std::int64_t offset = 0,
          std::string bytes = {}) {
  const char* name = reinterpret_cast<LoggedFile*>(file)->name;
  if (name) current_log->push_back({kind, name, offset, std::move(bytes)});
}

using File = sqlite3_file*;
int close_file(File f) { return real_file(f)->pMethods->xClose(real_file(f)); }
int read_file(File f, void* to, int size, sqlite3_int64 offset) {
  return real_file(f)->pMethods->xRead(real_file(f), to, size, offset);
}
int write_file(File f, const void* from, int size, sqlite3_int64 offset) {
  note(f, DiskOperation::Kind::kWrite, offset,
       std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)));
  return real_file(f)->pMethods->xWrite(real_file(f), from, size, offset);
}
int truncate_file(File f, sqlite3_int64 size) {
  note(f, DiskOperation::Kind::kTruncate, size);
  return real_file(f)->pMethods->xTruncate(real_file(f), size);
}
int sync_file(File f, int) {  // the system's own need not be waited for
  note(f, DiskOperation::Kind::kSync);
  return SQLITE_OK;
}
int size_of_file(File f, sqlite3_int64* size) {
  return real_file(f)->pMethods->xFileSize(real_file(f), size);
}
int lock_file(File f, int kind) { return real_file(f)->pMethods->xLock(real_file(f), kind); }
int unlock_file(File f, int kind) { return real_file(f)->pMethods->xUnlock(real_file(f), kind); }
int check_lock(File f, int* held) {
  return real_file(f)->pMethods->xCheckReservedLock(real_file(f), held);
}
int control_file(File f, int what, void* with) {
  return real_file(f)->pMethods->xFileControl(real_file(f), what, with);
}
int sector_size(File f) { return real_file(f)->pMethods->xSectorSize(real_file(f)); }
int traits(File f) { return real_file(f)->pMethods->xDeviceCharacteristics(real_file(f)); }
int map_shared(File f, int page, int size, int extend, void volatile** to) {
  return real_file(f)->pMethods->xShmMap(real_file(f), page, size, extend, to);
}
int lock_shared(File f, int offset, int n, int flags) {
  return real_file(f)->pMethods->xShmLock(real_file(f), offset, n, flags);
}
void fence_shared(File f) { real_file(f)->pMethods->xShmBarrier(real_file(f)); }
int unmap_shared(File f, int remove) {
  return real_file(f)->pMethods->xShmUnmap(real_file(f), remove);
}

constexpr sqlite3_io_methods kMethods{
    2,           close_file,   read_file,    write_file,   truncate_file, sync_file, size_of_file,
    lock_file,   unlock_file,  check_lock,   control_file, sector_size,   traits,    map_shared,
    lock_shared, fence_shared, unmap_shared, nullptr,      nullptr};

int open_file(sqlite3_vfs*, const char* name, File f, int flags, int* out) {
  auto* logged = new (f) LoggedFile{{nullptr}, name};
  const int code = real_vfs->xOpen(real_vfs, name, real_file(f), flags, out);
  if (code == SQLITE_OK) logged->base.pMethods = &kMethods;
  return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  current_log->push_back({DiskOperation::Kind::kDelete, name});
  return real_vfs->xDelete(real_vfs, name, sync_folder);
}

void write_to_disk(const DiskOperation& operation, std::string& content) {
  const auto at = static_cast<std::size_t>(operation.offset);
  if (operation.kind == DiskOperation::Kind::kTruncate) return content.resize(at, '\0');
  if (content.size() < at + operation.bytes.size()) content.resize(at + operation.bytes.size());
  std::copy(operation.bytes.begin(), operation.bytes.end(),
            content.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

struct LoggedDisk::State {
  std::vector<DiskOperation> operations;
  sqlite3_vfs vfs{};
};

LoggedDisk::LoggedDisk() : state_(std::make_unique<State>()) {
  current_log = &state_->operations;
  real_vfs = sqlite3_vfs_find(nullptr);
  sqlite3_vfs& vfs = state_->vfs = *real_vfs;
  vfs.zName = "logged";
  vfs.pNext = nullptr;
  vfs.szOsFile = static_cast<int>(sizeof(LoggedFile)) + real_vfs->szOsFile;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  QUADRANT_CHECK(sqlite3_vfs_register(&vfs, /*make default*/ 1) == SQLITE_OK);
}

LoggedDisk::~LoggedDisk() {
  sqlite3_vfs_unregister(&state_->vfs);
  sqlite3_vfs_register(real_vfs, 1);
}

const std::vector<DiskOperation>& LoggedDisk::operations() const { return state_->operations; }

void write_cut_disk(const std::vector<DiskOperation>& operations, std::size_t count, Rng& rng,
                    const std::filesystem::path& folder) {
  constexpr std::size_t kSector = 512;
  using Kind = DiskOperation::Kind;
  std::map<std::string, std::string> disk;
  std::map<std::string, std::vector<const DiskOperation*>> waiting;  // not yet synced
  for (std::size_t i = 0; i < count; ++i) {
    const DiskOperation& operation = operations[i];
    if (operation.kind == Kind::kDelete) {
      disk.erase(operation.file);
      waiting.erase(operation.file);
    } else if (operation.kind == Kind::kSync) {
      for (const auto* write : waiting[operation.file]) write_to_disk(*write, disk[operation.file]);
      waiting[operation.file].clear();
    } else {
      waiting[operation.file].push_back(&operation);
    }
  }
  for (const auto& [file, writes] : waiting) {
    for (const auto* write : writes) {
      DiskOperation part = *write;
      const std::uint64_t fate = rng.below(4);  // there, there, torn, missing
      if (fate == 3) continue;
      if (fate == 2) part.bytes.resize(rng.below(part.bytes.size() / kSector + 1) * kSector);
      write_to_disk(part, disk[file]);
    }
  }
  for (const auto& [file, content] : disk) {
    std::ofstream(folder / std::filesystem::path(file).filename(), std::ios::binary) << content;
  }
}

}  // namespace quadrant::test
