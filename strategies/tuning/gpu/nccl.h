// NCCL between GPUs, as c10d has it.
#pragma once

#include <chrono>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace quadrant {

// Error where the program is not built for GPUs. `limit`: for how long one call may take.
c10::intrusive_ptr<c10d::Backend> connect_nccl(const c10::intrusive_ptr<c10d::Store>& store,
                                               int rank, int size, std::chrono::milliseconds limit);

}  // namespace quadrant
