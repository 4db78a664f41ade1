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

}  // namespace quadrant
