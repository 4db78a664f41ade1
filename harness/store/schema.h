// The ladder of schemas: step N brings a store from version N to N + 1.
#pragma once

#include <span>
#include <string>

namespace quadrant {

inline constexpr int kApplicationId = 0x51444E54;  // PRAGMA application_id, "QDNT"

// SQL of each step; the last one leads to kStoreVersion. Step 0 is schema.sql itself, so a change
// of the schema after a release is a new step here, not an edit of the file.
std::span<const std::string> schema_ladder();

// merge.sql: copies runs from an attached store (merge.cpp).
const std::string& merge_script();

}  // namespace quadrant
