// Work on all cores without barriers inside: whoever is free takes the next piece, so that a busy
// neighbour on the machine slows one piece down and not all of them.
#pragma once

#include <cstddef>
#include <functional>

namespace quadrant {

// Calls work(i) for every i below `count`, on at most as many threads as there are cores. Inside,
// OpenMP and the BLAS are held to one thread. The first exception is thrown again here.
void for_each_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

// For as long as it lives: OpenMP and the BLAS on one thread, for work of this thread (OpenBLAS: of
// the process).
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int openmp_before_, blas_before_;
};

}  // namespace quadrant
