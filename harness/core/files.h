// Files: read whole, mapped, line by line as JSON; written so that a crash never leaves half a
// file.
#pragma once

#include <cstddef>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace quadrant {

// Read-only memory map of a regular file (an empty file maps to an empty view).
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);  // Error when missing or unreadable
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  std::string_view bytes() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

// Lets the pages of this part of a MappedFile leave memory; they come back when read again. Must
// not be given any other memory, which would lose its contents.
void forget_pages(std::string_view part);

std::string read_text(const std::filesystem::path& path);

// Writes to a temporary file beside `path`, fsyncs, renames over it. Error names a full disk as
// such and leaves the old file untouched.
void write_atomically(const std::filesystem::path& path, std::string_view bytes);

// The same for content written piece by piece: `write` gets a sink for the bytes.
using ByteSink = std::function<void(const void* data, std::size_t size)>;
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const ByteSink&)>& write);

// Calls `visit(line number from 1, value)` for each non-blank line. Error with file:line for bad
// UTF-8 or bad JSON.
void for_each_json_line(const std::filesystem::path& path,
                        const std::function<void(int line, const nlohmann::json&)>& visit);

// ${XDG_CACHE_HOME:-~/.cache}/quadrant, where set-up puts models and downloads.
std::filesystem::path cache_directory();

}  // namespace quadrant
