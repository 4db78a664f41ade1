#include "harness/core/interfaces.h"

#include "harness/core/error.h"

namespace quadrant {

const char* to_string(StopReason reason) {
  switch (reason) {
    case StopReason::kEos:
      return "eos";
    case StopReason::kLength:
      return "length";
    case StopReason::kStopString:
      return "stop_string";
    case StopReason::kChoice:
      return "choice";
    case StopReason::kError:
      return "error";
  }
  throw Bug("unknown stop reason");
}

}  // namespace quadrant
