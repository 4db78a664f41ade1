// A reading position in untrusted little-endian bytes: every step is checked against the end.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "harness/core/error.h"

namespace quadrant {

static_assert(std::endian::native == std::endian::little, "the formats are read as they lie");

// Text out of a damaged file, fit for a message: short, printable.
inline std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 60)) result += c >= ' ' && c <= '~' ? c : '?';
  return text.size() > 60 ? result + "..." : result;
}

class Cursor {
 public:
  Cursor(std::string_view bytes, std::string path) : bytes_(bytes), path_(std::move(path)) {}

  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return bytes_.size() - offset_; }

  // `size` may be any number that the file claims.
  std::string_view take(std::uint64_t size, std::string_view what) {
    if (size > remaining()) {
      fail(fmt::format("{} needs {} bytes, {} are left", what, size, remaining()), offset_);
    }
    const std::string_view taken = bytes_.substr(offset_, size);
    offset_ += size;
    return taken;
  }

  template <class T>
  T number(std::string_view what) {
    T value;
    std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
    return value;
  }

  std::string_view text(std::string_view what) {
    const auto size = number<std::uint64_t>(what);
    return take(size, what);
  }

  // A count of things that take `least` bytes each cannot be larger than what is left.
  std::uint64_t count(std::uint64_t least, std::string_view what) {
    const std::size_t at = offset_;
    const auto claimed = number<std::uint64_t>(what);
    if (claimed > remaining() / least) {
      fail(fmt::format("{} is {}, more than the file can hold", what, claimed), at);
    }
    return claimed;
  }

  [[noreturn]] void fail(const std::string& problem, std::size_t at) const {
    throw Error("the model file is damaged: " + problem, fmt::format("{}, byte {}", path_, at),
                "download it again");
  }
  [[noreturn]] void unsupported(const std::string& problem, std::size_t at,
                                const std::string& mend) const {
    throw Error(problem, fmt::format("{}, byte {}", path_, at), mend);
  }

 private:
  std::string_view bytes_;
  std::string path_;
  std::size_t offset_ = 0;
};

}  // namespace quadrant
