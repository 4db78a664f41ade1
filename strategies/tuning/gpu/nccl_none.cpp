// Without the CUDA half of libtorch there is no NCCL.
#include "harness/core/error.h"
#include "strategies/tuning/gpu/nccl.h"

namespace quadrant {

c10::intrusive_ptr<c10d::Backend> connect_nccl(const c10::intrusive_ptr<c10d::Store>& /*store*/,
                                               int /*rank*/, int /*size*/,
                                               std::chrono::milliseconds /*limit*/) {
  throw Error("no CUDA device can be used here", "device = \"cuda\"",
              "set device = \"cpu\", or build with CUDA on a machine with an NVIDIA GPU");
}

}  // namespace quadrant
