#include "retrieval/parallel.h"

#include <dlfcn.h>
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace quadrant {
namespace {

// OpenBLAS with threads of its own is found by name, because the BLAS is chosen when the program
// is linked.
using Get = int (*)();
using Set = void (*)(int);
Get openblas_threads() {
  static const auto get = reinterpret_cast<Get>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  return get;
}
Set set_openblas_threads() {
  static const auto set = reinterpret_cast<Set>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  return set;
}

}  // namespace

OneThread::OneThread() : openmp_before_(omp_get_max_threads()) {
  omp_set_num_threads(1);
  if (!openblas_threads() || !set_openblas_threads()) return;
  openblas_before_ = openblas_threads()();
  if (openblas_before_ != 1) set_openblas_threads()(1);
}

OneThread::~OneThread() {
  omp_set_num_threads(openmp_before_);
  if (openblas_before_ > 1) set_openblas_threads()(openblas_before_);
}

void for_each_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  const OneThread guard;
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto go = [&] {
    omp_set_num_threads(1);
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> helpers;
  for (std::size_t i = 1; i < std::min(cores, count); ++i) helpers.emplace_back(go);
  go();
  for (std::thread& helper : helpers) helper.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace quadrant
