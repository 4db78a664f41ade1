// The metadata values of a GGUF file, read one at a time.
#pragma once

#include "strategies/lm/weights/cursor.h"
#include "strategies/lm/weights/gguf.h"

namespace quadrant {

// The value of GGUF type `type` at the cursor; `type_at` is where the file says so, for the Error.
GgufFile::Value read_gguf_value(Cursor& cursor, std::uint32_t type, std::size_t type_at);

}  // namespace quadrant
