// The processes that train one model together, and what they say to each other.
//
// Goals: the training sees ranks, sums and copies; one file knows the library that carries them
// (ranks.cpp). Non-goals: models that are too large for one rank, ranks that join or leave.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "strategies/tuning/launch.h"

namespace at {
class Tensor;
}

namespace quadrant {

// This class itself is a process that trains alone; join_ranks() gives one of several.
// All ranks make the same calls in the same order, with contiguous tensors of the same shape and
// type; the result is the same for the same number of ranks. Error when another rank has ended, or
// nothing has been heard of it for some time: this one cannot go on then, but its checkpoint can.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }
  // The sum over all ranks, in place, to rank `to`. What the others then hold is of no use.
  virtual void sum_to(int /*to*/, at::Tensor& /*values*/) {}
  // What rank `from` holds, to all.
  virtual void copy_from(int /*from*/, at::Tensor& /*values*/) {}

  double sum(double value);  // over all ranks, to all
  bool any(bool value);      // true on all when it is on one
  // Error, on all, unless all pass the same text; `what` says of what.
  void require_same(const std::string& text, const std::string& what);
};

// The process that trains alone.
Ranks& alone();

// Waits up to two minutes until all ranks of the launch are there: over Gloo, or with NCCL when
// `device` is a GPU. A rank that ended is noticed at once, as the connection to it breaks; one that
// is silent (its machine is gone) after `patience`, however long a step may take.
std::shared_ptr<Ranks> join_ranks(const Launch& launch, const std::string& device,
                                  std::chrono::milliseconds patience = std::chrono::seconds(45));

// The device of this rank: its own GPU of this machine when `device` is "cuda".
std::string device_of(const Launch& launch, const std::string& device);

}  // namespace quadrant
