#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <string>

#include "strategies/lm/gpu/recording.h"

namespace quadrant {
namespace {

std::atomic<bool> works{true};

// Repeats the very kernels, but a library may choose others while it is recorded; the bounds are
// those between two kernels for one product.
bool agree(const Tensor& a, const Tensor& b) {
  const double bound = a.scalar_type() == at::kFloat ? 1e-4 : 2e-2;
  const Tensor x = a.to(at::kFloat), y = b.to(at::kFloat);
  return ((x - y).abs().max() <= bound * x.abs().max()).item<bool>();
}

class CudaGraph : public Recording {
 public:
  // As torch.cuda.graph does: on a stream of its own, after one run that lets the libraries
  // allocate what they allocate at first use.
  explicit CudaGraph(const std::function<Tensor()>& work) {
    c10::cuda::device_synchronize();
    {
      const c10::cuda::CUDAStreamGuard aside(c10::cuda::getStreamFromPool());
      expected_ = work().clone();
      c10::cuda::device_synchronize();
      graph_.capture_begin();
      try {
        output_ = work();
      } catch (...) {
        end_in_vain();
        throw;
      }
      graph_.capture_end();
    }
    c10::cuda::device_synchronize();
  }

  const Tensor& repeat() override {
    graph_.replay();
    return output_;
  }

  bool agrees_with_its_work() {
    const bool same = agree(expected_, repeat());
    expected_.reset();
    return same;
  }

 private:
  void end_in_vain() {
    try {
      graph_.capture_end();
    } catch (const c10::Error&) {
      // What broke the recording is thrown on by the caller.
    }
  }

  at::cuda::CUDAGraph graph_;
  Tensor expected_, output_;
};

void give_up(const std::string& reason) {
  works = false;
  fmt::print(stderr, "warning: tokens are generated without CUDA graphs, slower: {}\n", reason);
}

}  // namespace

bool can_record(const at::Device& device) { return device.is_cuda() && works; }

std::unique_ptr<Recording> record(const std::function<Tensor()>& work) {
  try {
    auto graph = std::make_unique<CudaGraph>(work);
    if (graph->agrees_with_its_work()) return graph;
    give_up("a recorded step does not give what the step itself gives on this device");
  } catch (const c10::Error& error) {
    give_up(error.what_without_backtrace());
  }
  return nullptr;
}

}  // namespace quadrant
