// Work on a GPU that is recorded once and then repeated by one call (a CUDA graph): a token of a
// small model is hundreds of kernels, most of which take longer to launch than to run.
#pragma once

#include <functional>
#include <memory>

#include "strategies/lm/layers/tensor.h"

namespace quadrant {

class Recording {
 public:
  virtual ~Recording() = default;
  // Does the work on what its tensors hold now. The same tensor each time, overwritten.
  virtual const Tensor& repeat() = 0;
};

// False on a CPU, and once a recording has failed.
bool can_record(const at::Device& device);

// Does `work` twice, which must come to the same: the same operations on the same memory, no
// waiting for the device. Compares the recording's first result with that of the work itself. When
// they differ, or it cannot be recorded: null, one warning to stderr, and can_record() is false
// from then on. Call only where can_record().
std::unique_ptr<Recording> record(const std::function<Tensor()>& work);

}  // namespace quadrant
