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

// The BLAS is chosen when the program is linked, so what sets its threads is found by name.
// OpenBLAS has threads of its own, for the whole process; MKL, which libtorch brings, sets them per
// thread.
template <typename Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

// Returns what was set before, by which it can be set back.
int set_blas_threads(int threads) {
  static auto* const mkl = find<int(int)>("MKL_Set_Num_Threads_Local");
  if (mkl) return mkl(threads);
  static auto* const get = find<int()>("openblas_get_num_threads");
  static auto* const set = find<void(int)>("openblas_set_num_threads");
  if (!get || !set) return 0;
  const int before = get();
  if (threads != before) set(threads);
  return before;
}

}  // namespace

OneThread::OneThread() : openmp_before_(omp_get_max_threads()), blas_before_(set_blas_threads(1)) {
  omp_set_num_threads(1);
}

OneThread::~OneThread() {
  omp_set_num_threads(openmp_before_);
  set_blas_threads(blas_before_);
}

void for_each_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  const OneThread whole_process;
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto go = [&] {
    const OneThread this_thread;
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
