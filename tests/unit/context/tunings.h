// Tunings for tests of training sets.
#pragma once

#include <string>
#include <vector>

#include "harness/core/specs.h"

namespace quadrant::test {

inline TuningSpec tuning(const std::vector<std::string>& purpose) {
  TuningSpec spec;
  spec.method = "lora";
  spec.purpose = purpose;
  return spec;
}

}  // namespace quadrant::test
