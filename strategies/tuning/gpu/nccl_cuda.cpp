#define USE_C10D_NCCL  // as libtorch was built
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "strategies/tuning/gpu/nccl.h"

namespace quadrant {

c10::intrusive_ptr<c10d::Backend> connect_nccl(const c10::intrusive_ptr<c10d::Store>& store,
                                               int rank, int size,
                                               std::chrono::milliseconds limit) {
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = limit;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
}

}  // namespace quadrant
