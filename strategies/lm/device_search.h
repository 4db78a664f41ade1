// Exact nearest neighbours by torch's matrix product, on any of its devices.
#pragma once

#include "retrieval/dense.h"
#include "strategies/lm/layers/tensor.h"

namespace quadrant {

// Keeps a copy of the rows on the device. Error when they do not fit into its memory.
DeviceSearchMaker torch_search(at::Device device);

}  // namespace quadrant
