// Tokens of a question and its answer, as a server counted them.
#pragma once

#include <cstdint>

namespace quadrant {

struct Usage {
  std::int64_t prompt = 0, output = 0;
};

}  // namespace quadrant
