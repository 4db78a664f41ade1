// Progress on stderr: one live line in a terminal, one line a finished piece of work elsewhere.
#pragma once

#include <chrono>
#include <memory>

#include "harness/run/progress.h"

namespace quadrant {

// Quiet when stderr is no terminal, but for what is finished and what went wrong.
std::unique_ptr<Progress> make_live_line();

}  // namespace quadrant
