// Canonical JSON: keys sorted, no spaces, shortest round-trip numbers; equal values, equal bytes.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace quadrant {

// Text must be valid UTF-8 (checked where it enters the program).
std::string canonical_json(const nlohmann::json& value);
std::string json_hash(const nlohmann::json& value);  // SHA-256 of canonical_json

}  // namespace quadrant
