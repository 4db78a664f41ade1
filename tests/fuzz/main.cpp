// libFuzzer's entry; QUADRANT_FUZZ_TARGET says which of the targets this program is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "harness/core/error.h"
#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto& target : quadrant::fuzz::targets()) {
    if (std::strcmp(target.name, QUADRANT_FUZZ_TARGET) != 0) continue;
    try {
      target.run({reinterpret_cast<const char*>(data), size});
    } catch (const quadrant::Error&) {
      // The reader said what is wrong.
    }
    return 0;
  }
  std::abort();
}
