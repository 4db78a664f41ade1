#include "harness/core/cache_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include "harness/core/error.h"

namespace quadrant {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kDefaultLimit = 10'000'000'000;

// 0 for what is no unit.
double unit_of(std::string unit) {
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (unit.empty() || unit == "B") return 1;
  const std::size_t power = std::string("KMGT").find(unit[0]);
  const std::string rest = unit.substr(1);
  if (power == std::string::npos || (!rest.empty() && rest != "B" && rest != "IB")) return 0;
  return std::pow(rest == "IB" ? 1024.0 : 1000.0, static_cast<double>(power + 1));
}

}  // namespace

std::int64_t parse_size(const std::string& text, const std::string& where) {
  double number = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const double unit = unit_of(std::string(end, text.data() + text.size()));
  const double bytes = number * unit;
  constexpr double kMost = 9e18;
  if (failure != std::errc() || unit == 0 || !(bytes >= 0 && bytes <= kMost)) {
    throw Error(fmt::format("\"{}\" is no size", text), where,
                "write a number with K, M, G or T behind it, like 10G; 0 keeps nothing");
  }
  return static_cast<std::int64_t>(bytes);
}

std::int64_t cache_limit() {
  const char* text = std::getenv("QUADRANT_CACHE_LIMIT");
  return text && *text ? parse_size(text, "QUADRANT_CACHE_LIMIT") : kDefaultLimit;
}

std::int64_t bytes_of_path(const fs::path& path) {
  const fs::file_status status = fs::symlink_status(path);
  if (fs::is_regular_file(status)) return static_cast<std::int64_t>(fs::file_size(path));
  std::int64_t bytes = 0;
  if (!fs::is_directory(status)) return bytes;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) bytes += static_cast<std::int64_t>(entry.file_size());
  }
  return bytes;
}

CacheEntry cache_entry(const fs::path& path) {
  return {path, bytes_of_path(path), fs::last_write_time(path)};
}

std::vector<CacheEntry> cache_entries(const fs::path& folder) {
  std::vector<CacheEntry> entries;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    try {
      if (!entry.is_symlink()) entries.push_back(cache_entry(entry.path()));
    } catch (const fs::filesystem_error&) {
      // Another process has removed it meanwhile.
    }
  }
  return entries;
}

void mark_used(const fs::path& entry) {
  std::error_code ignored;
  fs::last_write_time(entry, fs::file_time_type::clock::now(), ignored);
}

std::vector<CacheEntry> over_limit(std::vector<CacheEntry> entries, std::int64_t limit) {
  std::sort(entries.begin(), entries.end(), [](const CacheEntry& a, const CacheEntry& b) {
    return a.used != b.used ? a.used > b.used : a.path < b.path;
  });
  std::int64_t kept = 0;
  auto first = entries.begin();
  for (; first != entries.end() && kept + first->bytes <= limit; ++first) kept += first->bytes;
  entries.erase(entries.begin(), first);
  return entries;
}

void keep_within_limit(const fs::path& folder, const fs::path& in_use) {
  std::vector<CacheEntry> entries = cache_entries(folder);
  const auto used = std::find_if(entries.begin(), entries.end(),
                                 [&](const CacheEntry& entry) { return entry.path == in_use; });
  std::int64_t limit = cache_limit();
  if (used != entries.end()) {
    limit -= used->bytes;
    entries.erase(used);
  }
  std::error_code ignored;  // somebody else may have removed it first
  for (const CacheEntry& entry : over_limit(std::move(entries), limit)) {
    fs::remove_all(entry.path, ignored);
  }
}

}  // namespace quadrant
