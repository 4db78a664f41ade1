// What two runs were told and worked with, where it differs; for comparison.cpp.
#pragma once

#include <vector>

#include "reports/compare/comparison.h"

namespace quadrant {

// Keys as in the experiment file ("tuning.lora.learning_rate"), then "option ...", "input ...",
// "program ...", "machine ..."; sorted within each.
std::vector<SettingChange> changed_settings(const Store& store, std::int64_t first,
                                            std::int64_t second);

}  // namespace quadrant
