#include "strategies/lm/layers/memory.h"

#include <malloc.h>

#include <climits>

namespace quadrant {

void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace quadrant
