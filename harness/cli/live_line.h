// Progress as text: one live line in a terminal, one line a finished piece of work elsewhere.
#pragma once

#include <cstdio>
#include <memory>

#include "harness/run/progress.h"

namespace quadrant {

// Quiet when `out` is no terminal, but for what is finished and what went wrong.
std::unique_ptr<Progress> make_live_line(std::FILE* out = stderr);

}  // namespace quadrant
