// How much is kept only because making it again would take time: a limit, and what goes first.
//
// An entry is a file or a folder that its maker finds by a hash and checks by hashes when it reads
// it. Its modification time says when it was last used: access times are switched off on many
// disks. The least recently used entries go first. Whoever has an entry mapped keeps reading it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace quadrant {

// "800M", "1.5G" (powers of 1000), "2GiB" (of 1024), or a number of bytes. Error otherwise.
std::int64_t parse_size(const std::string& text, const std::string& where);

// QUADRANT_CACHE_LIMIT; 10 GB when it is not set.
std::int64_t cache_limit();

struct CacheEntry {
  std::filesystem::path path;
  std::int64_t bytes = 0;
  std::filesystem::file_time_type used = {};
};

// Everything directly in a folder; nothing when it is not there. Links are left out.
std::vector<CacheEntry> cache_entries(const std::filesystem::path& folder);
CacheEntry cache_entry(const std::filesystem::path& path);
std::int64_t bytes_of_path(const std::filesystem::path& path);  // of a file, or of all below

// The entry was used just now. Where the time cannot be set, the entry only looks older.
void mark_used(const std::filesystem::path& entry);

// The least recently used ones, without which the rest has at most `limit` bytes.
std::vector<CacheEntry> over_limit(std::vector<CacheEntry> entries, std::int64_t limit);

// Removes what is over cache_limit() in a folder of entries, but for `in_use`.
void keep_within_limit(const std::filesystem::path& folder, const std::filesystem::path& in_use);

}  // namespace quadrant
