// lm-eval's filters (lm_eval/filters): what metrics see of an output.
//
// The steps stand in an item's meta, "filters": a JSON list of {"function": ..., its arguments}.
//   regex              "regex_pattern", "group_select" (which match; 0), "fallback" ("[invalid]")
//   lowercase, remove_whitespace (at both ends), take_first (there is one answer)
//   map                "mapping_dict", "default_value": an output for an output
// "filter_name" there is what the task calls the list of them.
#pragma once

#include <string>

#include "harness/core/types.h"

namespace quadrant {

// The output itself when the item has no filters. Error for filters that cannot be understood.
std::string filtered(const std::string& output, const Item& item);

}  // namespace quadrant
