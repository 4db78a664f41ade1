// Which kernels may be used: each is compared with libtorch's form of the same step first.
#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <functional>

#include "strategies/lm/gpu/fused.h"
#include "strategies/lm/layers/blocks.h"
#include "strategies/lm/layers/cross_entropy.h"
#include "strategies/lm/layers/gather.h"
#include "strategies/lm/layers/norm.h"
#include "strategies/lm/layers/rope.h"

namespace quadrant {
namespace {

enum class State { kUnknown, kChecking, kWorks, kDiffers };

struct Kernel {
  const char* name;
  std::atomic<State> state{State::kUnknown};
};
std::array<Kernel, 6> kernels{{{"RMS norm"},
                               {"rotary positions"},
                               {"SiLU gate"},
                               {"GELU gate"},
                               {"gather"},
                               {"cross-entropy"}}};

thread_local int forbidden = 0;  // by so many WithoutFusing

Kernel& kernel_of(Fused which) { return kernels[static_cast<std::size_t>(which)]; }

// Random numbers that no training's are taken from, the same each time.
class Inputs {
 public:
  Inputs(const at::Device& device, at::ScalarType type) : device_(device), type_(type) {}

  Tensor draw(at::IntArrayRef sizes, at::ScalarType type) {
    return at::randn(sizes, generator_, at::TensorOptions(at::kFloat)).to(device_, type);
  }
  Tensor draw(at::IntArrayRef sizes) { return draw(sizes, type_); }
  Tensor below(std::int64_t bound, std::int64_t count) {
    return at::randint(bound, {count}, generator_, at::TensorOptions(at::kLong)).to(device_);
  }
  at::Device device() const { return device_; }

 private:
  at::Generator generator_ = at::detail::createCPUGenerator(1);
  at::Device device_;
  at::ScalarType type_;
};

using Results = std::vector<Tensor>;

// The value of `step`, and the gradients of what it is given.
Results with_gradients(const std::function<Tensor(const Results&)>& step, const Results& given,
                       const Tensor& out_grad) {
  Results leaves;
  for (const Tensor& tensor : given)
    leaves.push_back(tensor.detach().clone().set_requires_grad(true));
  const Tensor out = step(leaves);
  out.backward(out_grad.view(out.sizes()));
  Results results{out.detach()};
  for (const Tensor& leaf : leaves) results.push_back(leaf.grad());
  return results;
}

// Rows that fill no block, in sizes that come in packs.
Results run(Fused which, Inputs inputs) {
  constexpr std::int64_t kRows = 37, kHeads = 3, kDim = 32, kVocabulary = 4104;
  constexpr std::int64_t kWidth = 264;
  switch (which) {
    case Fused::kNorm:
      return with_gradients([](const Results& in) { return rms_norm(in[0], in[1], 1e-5); },
                            {inputs.draw({kRows, kWidth}), inputs.draw({kWidth}, at::kFloat)},
                            inputs.draw({kRows, kWidth}));
    case Fused::kRotation: {
      const Rotation turn =
          rotation(inputs.below(500, kRows), rope_frequencies({}, kDim, inputs.device()), 1);
      return with_gradients([&](const Results& in) { return rotate(in[0], turn); },
                            {inputs.draw({kRows, kHeads, kDim})},
                            inputs.draw({kRows, kHeads, kDim}));
    }
    case Fused::kSiluGate:
    case Fused::kGeluGate:
      return with_gradients(
          [&](const Results& in) {
            return which == Fused::kSiluGate ? silu_gated(in[0], in[1])
                                             : gelu_tanh_gated(in[0], in[1]);
          },
          {inputs.draw({kRows, kWidth}), inputs.draw({kRows, kWidth})},
          inputs.draw({kRows, kWidth}));
    case Fused::kGather: {
      // Some rows several times, some never.
      const Gather from = gather_of({4, 0, 4, 9, 36, 4, 0}, kRows, inputs.device());
      return with_gradients([&](const Results& in) { return gather(in[0], from); },
                            {inputs.draw({kRows, kWidth})}, inputs.draw({7, kWidth}));
    }
    case Fused::kCrossEntropy: {
      Tensor logits = inputs.draw({kRows, kVocabulary}).mul_(4);
      const Tensor targets = inputs.below(kVocabulary, kRows);
      const Tensor weights = inputs.draw({kRows}, at::kFloat).abs();
      const Tensor losses = cross_entropy_in_place(logits, targets, weights);
      return {losses, logits};
    }
  }
  return {};
}

bool agree(const Results& a, const Results& b, at::ScalarType type) {
  // Of two ways to round: libtorch rounds between its passes.
  const double bound = type == at::kFloat ? 1e-5 : 2e-2;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Tensor x = a[i].to(at::kDouble), y = b[i].to(at::kDouble);
    if (!((x - y).norm() <= bound * y.norm()).item<bool>()) return false;
  }
  return true;
}

bool works(Fused which, const at::Device& device) {
  const c10::InferenceMode no_inference(false);
  const at::AutoGradMode with_grad(true);
  kernel_of(which).state = State::kWorks;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    Results wanted;
    {
      const WithoutFusing reference;
      wanted = run(which, Inputs(device, type));
    }
    if (!agree(run(which, Inputs(device, type)), wanted, type)) return false;
  }
  return true;
}

void check(Fused which, const at::Device& device) {
  Kernel& kernel = kernel_of(which);
  bool good = false;
  std::string reason = "it does not give what libtorch's own operations give";
  try {
    good = works(which, device);
  } catch (const c10::Error& error) {
    reason = error.what_without_backtrace();
  }
  kernel.state = good ? State::kWorks : State::kDiffers;
  if (good) return;
  fmt::print(stderr, "warning: the {} kernel is not used on this GPU, which is slower: {}\n",
             kernel.name, reason);
}

}  // namespace

WithoutFusing::WithoutFusing() { ++forbidden; }
WithoutFusing::~WithoutFusing() { --forbidden; }

bool can_fuse(Fused which, const Tensor& x) {
  if (!x.is_cuda() || forbidden > 0) return false;
  if (x.scalar_type() != at::kFloat && x.scalar_type() != at::kBFloat16) return false;
  std::atomic<State>& state = kernel_of(which).state;
  State unknown = State::kUnknown;
  if (state.compare_exchange_strong(unknown, State::kChecking)) check(which, x.device());
  return state == State::kWorks;
}

}  // namespace quadrant
