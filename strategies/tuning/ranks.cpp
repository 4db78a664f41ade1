// Carried by libtorch's c10d: its store of keys for finding each other, its Gloo and its NCCL.
//
// Of Gloo only what c10d has made of it is used. The gloo headers are there because c10d's own
// names Gloo's classes, behind pointers; Debian's Gloo, which they come with, must not be linked:
// libtorch exports a newer one of its own, whose functions would take the place of half of it.
// OpenMPI, the other choice, ends all ranks when one dies, by a message that is not ours, and wants
// to be at home in the cluster's mpirun; this needs nothing but a network.
#include "strategies/tuning/ranks.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/util/Logging.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#define USE_C10D_GLOO  // as libtorch was built
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "strategies/tuning/gpu/nccl.h"

namespace quadrant {
namespace {

using at::Tensor;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;
using StorePointer = c10::intrusive_ptr<c10d::Store>;
using BackendPointer = c10::intrusive_ptr<c10d::Backend>;
using WorkPointer = c10::intrusive_ptr<c10d::Work>;

constexpr Milliseconds kToCome = std::chrono::minutes(2);
constexpr Milliseconds kToCompute = std::chrono::hours(24 * 365);  // Heartbeat watches instead
constexpr char kLoopback[] = "127.0.0.1";

// What went wrong, without "[file:line] " before and backtrace or advice behind.
std::string reason(const std::exception& error) {
  const auto* c10_error = dynamic_cast<const c10::Error*>(&error);
  std::string text = c10_error ? c10_error->what_without_backtrace() : error.what();
  const std::size_t place = text.find("] ");
  if (text.starts_with("[") && place != std::string::npos) text.erase(0, place + 2);
  text.erase(std::min({text.size(), text.find('\n'), text.find(". ")}));
  return text;
}

// Tells a rank that computes for long from one that is no more, though its connections stay open:
// its machine is gone. Each rank counts up in the store nine times while the others are patient.
class Heartbeat {
 public:
  Heartbeat(StorePointer store, int rank, int size, Milliseconds patience)
      : store_(std::move(store)),
        rank_(rank),
        patience_(patience),
        counts_(size),
        unchanged_(size),
        thread_([this] { beat(); }) {}

  ~Heartbeat() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  // A rank of which nothing has been heard for `patience`, or -1. To be asked again and again while
  // something is waited for.
  int silent_rank() {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    // Time in which nobody asked, as while the whole job was suspended, does not count.
    if (round_ != round_seen_ || now - asked_ > std::chrono::seconds(1)) since_ = now;
    round_seen_ = round_;
    asked_ = now;
    if (now - since_ > patience_) return 0;  // which has the store
    const auto found = std::find_if(unchanged_.begin(), unchanged_.end(),
                                    [](int rounds) { return rounds > kBeats; });
    return found == unchanged_.end() ? -1 : static_cast<int>(found - unchanged_.begin());
  }

 private:
  static constexpr int kBeats = 9;

  void beat() {
    std::vector<std::int64_t> counts(counts_.size());
    std::unique_lock lock(mutex_);
    while (!stop_) {
      lock.unlock();
      try {
        for (std::size_t r = 0; r < counts.size(); ++r) {
          counts[r] = store_->add("beats/" + std::to_string(r), static_cast<int>(r) == rank_);
        }
      } catch (const std::exception&) {
        return;  // the store is gone, and its silence will tell
      }
      lock.lock();
      ++round_;
      for (std::size_t r = 0; r < counts.size(); ++r) {
        unchanged_[r] = counts[r] == counts_[r] ? unchanged_[r] + 1 : 0;
      }
      counts_ = counts;
      wake_.wait_for(lock, patience_ / kBeats, [this] { return stop_; });
    }
  }

  const StorePointer store_;
  const int rank_;
  const Milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::int64_t round_ = 0, round_seen_ = -1;
  Clock::time_point asked_, since_;
  std::vector<std::int64_t> counts_;  // of each rank
  std::vector<int> unchanged_;        // for how many rounds
  std::thread thread_;
};

// When a rank dies, c10d warns with a stack trace for each connection; our error says it once.
void hush_warnings() {
  ::setenv("TORCH_CPP_LOG_LEVEL", "ERROR", 0);
  c10::initLogging();  // reads it; in C++ nobody else does
}

StorePointer meet(const Launch& launch) {
  hush_warnings();
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(launch.port);
  options.isServer = launch.rank == 0;
  options.numWorkers = launch.size;
  options.timeout = kToCome;
  return c10::make_intrusive<c10d::TCPStore>(launch.address, options);
}

BackendPointer connect_gloo(const StorePointer& store, const Launch& launch) {
  using c10d::ProcessGroupGloo;
  // Between machines: the address of this machine's name, or of GLOO_SOCKET_IFNAME.
  const auto options = launch.address == kLoopback
                           ? ProcessGroupGloo::Options::create(kToCome)
                           : ProcessGroupGloo::Options::create_default(kToCome);
  if (options->devices.empty()) {
    options->devices.push_back(ProcessGroupGloo::createDeviceForHostname(kLoopback));
  }
  options->threads = 1;
  const BackendPointer backend =
      c10::make_intrusive<ProcessGroupGloo>(store, launch.rank, launch.size, options);
  backend->setTimeout(kToCompute);
  return backend;
}

BackendPointer connect(const StorePointer& store, const Launch& launch, const at::Device& device) {
  if (device.is_cuda()) return connect_nccl(store, launch.rank, launch.size, kToCompute);
  return connect_gloo(store, launch);
}

class ConnectedRanks : public Ranks {
 public:
  ConnectedRanks(const Launch& launch, const std::string& device, Milliseconds patience)
      : launch_(launch),
        device_(device),
        store_(meet(launch)),
        backend_(connect(store_, launch, device_)),
        heartbeat_(
            std::make_unique<Heartbeat>(store_->clone(), launch.rank, launch.size, patience)) {}

  int rank() const override { return launch_.rank; }
  int size() const override { return launch_.size; }

  void sum_to(int to, Tensor& values) override {
    carry_out(values, [&](std::vector<Tensor>& tensors) {
      c10d::ReduceOptions options;
      options.rootRank = to;
      return backend_->reduce(tensors, options);
    });
  }

  void copy_from(int from, Tensor& values) override {
    carry_out(values, [&](std::vector<Tensor>& tensors) {
      c10d::BroadcastOptions options;
      options.rootRank = from;
      return backend_->broadcast(tensors, options);
    });
  }

 private:
  void carry_out(Tensor& values,
                 const std::function<WorkPointer(std::vector<Tensor>& tensors)>& begin) {
    QUADRANT_CHECK(backend_);
    std::vector<Tensor> tensors{values.to(device_)};
    try {
      wait_for(begin(tensors));
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      give_up(fmt::format("another rank of this training has ended ({})", reason(error)));
    }
    values.copy_(tensors.front());
  }

  void wait_for(const WorkPointer& work) {
    constexpr std::chrono::microseconds kShortest(10), kLongest(1000);
    for (auto pause = kShortest; !work->isCompleted(); pause = std::min(2 * pause, kLongest)) {
      if (const int silent = heartbeat_->silent_rank(); silent >= 0) {
        give_up(
            fmt::format("rank {} of this training has not been heard of for some time", silent));
      }
      std::this_thread::sleep_for(pause);
    }
    work->wait();
  }

  [[noreturn]] void give_up(const std::string& problem) {
    // Left as they are, for the end of the process: they would wait for the rank that is gone.
    heartbeat_.release();
    backend_.release();
    throw Error(problem, fmt::format("rank {} of {}", launch_.rank, launch_.size),
                "see what that rank said last, and start all ranks again as before: the training "
                "goes on from its last checkpoint");
  }

  const Launch launch_;
  const at::Device device_;
  const StorePointer store_;
  BackendPointer backend_;
  std::unique_ptr<Heartbeat> heartbeat_;
};

}  // namespace

double Ranks::sum(double value) {
  Tensor sum = at::full({1}, value, at::kDouble);
  sum_to(0, sum);
  copy_from(0, sum);
  return sum.item<double>();
}

bool Ranks::any(bool value) { return sum(value ? 1 : 0) > 0; }

void Ranks::require_same(const std::string& text, const std::string& what) {
  if (size() == 1) return;
  const std::string hash = sha256_hex(text);
  Tensor first = at::empty({static_cast<std::int64_t>(hash.size())}, at::kByte);
  std::memcpy(first.mutable_data_ptr(), hash.data(), hash.size());
  copy_from(0, first);
  if (!any(std::memcmp(first.const_data_ptr(), hash.data(), hash.size()) != 0)) return;
  throw Error(fmt::format("not all ranks have the same {}", what),
              fmt::format("rank {} of {}", rank(), size()),
              "give all ranks the same files and the same options");
}

Ranks& alone() {
  static Ranks ranks;
  return ranks;
}

std::shared_ptr<Ranks> join_ranks(const Launch& launch, const std::string& device,
                                  Milliseconds patience) {
  if (launch.size == 1) return std::make_shared<Ranks>();
  try {
    return std::make_shared<ConnectedRanks>(launch, device, patience);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(
        fmt::format("the ranks of this training did not find each other ({})", reason(error)),
        fmt::format("rank {} of {}, {} port {}", launch.rank, launch.size, launch.address,
                    launch.port),
        "start all of them at the same time; if the address or port is wrong or taken, set "
        "MASTER_ADDR and MASTER_PORT, for all ranks the same: rank 0's machine, a free port there");
  }
}

std::string device_of(const Launch& launch, const std::string& device) {
  if (device != "cuda" || launch.size == 1) return device;
  // With srun --gpus-per-task=1 each rank sees one GPU, its own.
  return fmt::format("cuda:{}", launch.local_rank % std::max<int>(1, at::getNumGPUs()));
}

}  // namespace quadrant
