// What generators build suites from: the head of a generated suite and its training lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant {

// Version 1, in English, CC0, "generated: WHAT, seed N"; the prompt asks the question as it is and
// puts passages before it under "Context:".
Suite generated_suite(const std::string& what, std::uint64_t seed, const std::string& kind,
                      const std::vector<std::string>& metrics);

TrainingExample text_example(const std::string& text, const std::string& cluster);
TrainingExample qa_example(const std::string& question, const std::string& answer,
                           const std::string& cluster);

// A list as Item::meta holds it: JSON.
std::string meta_list(const std::vector<std::string>& texts);

}  // namespace quadrant
