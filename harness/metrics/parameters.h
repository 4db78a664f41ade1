// What the suite tells a metric about one item, read from Item::meta.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

// Empty when the item has no such key. Error, naming item and key, for a value of another form.
std::optional<std::vector<std::string>> meta_texts(const Item& item, const std::string& key);
std::optional<bool> meta_flag(const Item& item, const std::string& key);  // "true", "false"
std::optional<int> meta_count(const Item& item, const std::string& key);  // at least 0
std::optional<nlohmann::json> meta_json(const Item& item, const std::string& key);

// Throws the Error for what an item's `key` says.
[[noreturn]] void fail_parameter(const Item& item, const std::string& key,
                                 const std::string& problem, const std::string& mend);

}  // namespace quadrant
