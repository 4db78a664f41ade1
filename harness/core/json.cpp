#include "harness/core/json.h"

#include <nlohmann/json.hpp>

#include "harness/core/sha256.h"

namespace quadrant {

std::string canonical_json(const nlohmann::json& value) { return value.dump(); }

std::string json_hash(const nlohmann::json& value) { return sha256_hex(canonical_json(value)); }

}  // namespace quadrant
