// The rules of a whole store that SQL can check by itself; internal to the store.
#pragma once

#include <span>

namespace quadrant {

struct FaultCheck {
  const char* what;  // the fault, in words
  const char* sql;   // names of the culprits
};
// In an order in which each may rely on those before it.
std::span<const FaultCheck> fault_checks();

// A value in a JSON object that readers take for something. It may be absent, unless it must be
// there.
struct JsonValue {
  const char *table, *key;  // `key` names the row
  const char *column, *path;
  const char* kinds;  // SQLite's names, quoted: "'integer','real'"
  bool must = false;
};
// To be asked after fault_checks() has found objects to be objects.
std::span<const JsonValue> json_values();
std::span<const FaultCheck> json_list_checks();  // after json_values()

}  // namespace quadrant
