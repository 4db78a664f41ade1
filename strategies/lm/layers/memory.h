// How this process deals with freed memory.
#pragma once

namespace quadrant {

// Freed memory is kept for the next tensor. malloc gives large pieces back to the system at once,
// and asks for them anew page by page: a sixth of the time of a forward pass. Called when a model
// is loaded; on all of the process.
void keep_freed_memory();

}  // namespace quadrant
