// Small helpers that the .cpp files of the store share; not for others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/store/rows.h"
#include "harness/store/sqlite.h"

// UTC with milliseconds, as SQL.
#define QUADRANT_NOW "strftime('%Y-%m-%dT%H:%M:%fZ','now')"

namespace quadrant {

// Puts texts inside the caller's transaction. The same body is stored once, under the kind it first
// had.
class BlobWriter {
 public:
  explicit BlobWriter(Database& database);
  std::int64_t put(const std::string& kind, const std::string& body);

 private:
  Statement insert_, find_;
};

// `sql` selects a key by one hash.
std::optional<std::int64_t> key_by_hash(const Database& database, const char* sql,
                                        const std::string& hash);

// The items of a data set, in order.
std::vector<Item> read_items(const Database& database, std::int64_t dataset_id);

std::optional<EnvironmentRow> read_environment(const Database& database,
                                               std::int64_t environment_id);
// What distinguishes an environment.
std::string environment_hash(const EnvironmentRow& environment);

inline std::optional<std::int64_t> optional_integer(const Statement& query, int column) {
  return query.is_null(column) ? std::nullopt : std::optional<std::int64_t>(query.integer(column));
}

inline std::optional<std::string> null_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace quadrant
