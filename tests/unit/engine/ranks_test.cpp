// Several ranks train one model: the same losses as one rank, and what happens when one is gone.
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <thread>

#include "harness/core/error.h"
#include "strategies/tuning/checkpoint.h"
#include "strategies/tuning/shares.h"
#include "tiny_training.h"

using namespace quadrant;
using namespace std::chrono_literals;

namespace {

// c10d keeps one record of all collectives per process, and writes into it unlocked: made for one
// rank in a process, not for the threads below. Read when the first ranks meet.
const bool no_flight_recorder = setenv("TORCH_FR_BUFFER_SIZE", "0", 1) == 0;

// A socket on a free port of the loopback device.
class Socket {
 public:
  Socket() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(socket_, any, size) == 0);
    REQUIRE(getsockname(socket_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~Socket() { close(socket_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int socket() const { return socket_; }
  int port() const { return port_; }

 private:
  int socket_, port_ = 0;
};

Launch launch_of(int rank, int size, int port) {
  Launch launch;
  launch.rank = rank;
  launch.size = size;
  launch.port = port;
  return launch;
}

// A thread for each rank, connected as processes are. What each one threw, null where nothing.
std::vector<std::exception_ptr> on_ranks(int size, const std::function<void(Ranks&)>& work) {
  const int port = Socket().port();
  std::vector<std::exception_ptr> thrown(size);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        work(*join_ranks(launch_of(rank, size, port), "cpu"));
      } catch (...) {
        thrown[rank] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return thrown;
}

std::string problem_of(const std::exception_ptr& thrown) {
  if (!thrown) return "";
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error.problem();
  }
}

struct Outcome {  // of one rank
  bool finished = false;
  std::vector<TrainingStep> steps;
  std::vector<Tensor> values;  // of the parameters
};

// Rank `size - 1` asks to stop after step `stop_at`; 0: nobody does.
std::vector<Outcome> train(int size, const TrainingJob& job, int stop_at = 0) {
  std::vector<Outcome> outcomes(size);
  const auto thrown = on_ranks(size, [&](Ranks& ranks) {
    Outcome& outcome = outcomes[ranks.rank()];
    const auto decoder = base();
    const auto parameters = start(*decoder, job.tuning);
    outcome.finished = train_decoder(
                           *decoder, job, parameters,
                           [&](const TrainingStep& step) {
                             outcome.steps.push_back(step);
                             return step.step != stop_at || ranks.rank() != size - 1;
                           },
                           [] {}, ranks)
                           .finished;
    for (const NamedTensor& parameter : parameters) {
      outcome.values.push_back(parameter.tensor->detach());
    }
  });
  for (const std::exception_ptr& problem : thrown) CHECK(problem_of(problem) == "");
  return outcomes;
}

// 20 steps; the last one of an epoch has two sequences.
TrainingJob job_of(const std::string& variant, const std::filesystem::path& folder) {
  TrainingJob job{tuning_of(reference()["variants"][variant]["tuning"]), sequences(),
                  reference()["seed"], folder};
  job.tuning.batch_size = 4;
  job.tuning.epochs = 5;
  job.dev.assign(job.sequences.end() - 3, job.sequences.end());
  return job;
}

void check_curve(const std::vector<TrainingStep>& steps, const std::vector<TrainingStep>& wanted) {
  REQUIRE(steps.size() <= wanted.size());
  const std::size_t before = wanted.size() - steps.size();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const TrainingStep &step = steps[i], &want = wanted[before + i];
    CAPTURE(want.step);
    CHECK(step.step == want.step);
    CHECK(step.tokens == want.tokens);
    CHECK(step.learning_rate == want.learning_rate);
    CHECK(step.loss == doctest::Approx(want.loss).epsilon(1e-5));
    CHECK(step.grad_norm == doctest::Approx(want.grad_norm).epsilon(1e-4));
    REQUIRE(step.dev_loss.has_value() == want.dev_loss.has_value());
    if (step.dev_loss) CHECK(*step.dev_loss == doctest::Approx(*want.dev_loss).epsilon(1e-5));
  }
}

void check_same_values(const Outcome& outcome, const Outcome& wanted) {
  REQUIRE(outcome.values.size() == wanted.values.size());
  for (std::size_t i = 0; i < outcome.values.size(); ++i) {
    CHECK(at::equal(outcome.values[i], wanted.values[i]));
  }
}

struct Pretended : Ranks {  // nobody is there
  int number, all;
  Pretended(int number, int all) : number(number), all(all) {}
  int rank() const override { return number; }
  int size() const override { return all; }
};

}  // namespace

TEST_CASE("shares are disjoint, complete and of one size") {
  const std::vector<std::vector<std::int64_t>> shapes{{3, 5}, {1}, {40}, {0, 4}, {2, 3, 2}, {1, 1}};
  for (const int size : {1, 2, 3, 7}) {
    CAPTURE(size);
    std::vector<Tensor> counts;
    for (const std::vector<std::int64_t>& shape : shapes) counts.push_back(at::zeros(shape));
    for (int rank = 0; rank < size; ++rank) {
      Pretended ranks(rank, size);
      const Shares shares(counts, ranks);
      std::int64_t elements = 0;
      for (std::size_t i = 0; i < counts.size(); ++i) {
        const Tensor mine = shares.mine(i, counts[i]);
        mine.add_(1);
        elements += mine.numel();
      }
      CHECK(elements >= 69 / size);
      CHECK(elements <= 69 / size + 1);
    }
    for (const Tensor& count : counts) CHECK(at::equal(count, at::ones_like(count)));
  }
}

TEST_CASE("two and three ranks follow one, LoRA and full, and end with the same weights") {
  for (const std::string variant : {"lora", "full"}) {
    CAPTURE(variant);
    const ScratchFolder scratch;
    const Outcome one = train(1, job_of(variant, scratch.path / "1")).front();
    REQUIRE(one.steps.size() == 20);
    for (const int size : {2, 3}) {
      CAPTURE(size);
      const auto outcomes = train(size, job_of(variant, scratch.path / std::to_string(size)));
      for (const Outcome& outcome : outcomes) {
        CHECK(outcome.finished);
        REQUIRE(outcome.steps.size() == 20);
        check_curve(outcome.steps, one.steps);
        check_same_values(outcome, outcomes.front());
      }
    }
  }
}

TEST_CASE("one rank stops all; two go on bit for bit, another number of them up to rounding") {
  for (const std::string variant : {"lora", "full"}) {
    CAPTURE(variant);
    const ScratchFolder scratch;
    const auto whole = train(2, job_of(variant, scratch.path / "whole"));
    const TrainingJob cut = job_of(variant, scratch.path / "cut");
    for (const Outcome& outcome : train(2, cut, 7)) {
      CHECK_FALSE(outcome.finished);
      CHECK(outcome.steps.size() == 7);
    }
    for (const int size : {1, 3}) {
      CAPTURE(size);
      const TrainingJob other = job_of(variant, scratch.path / std::to_string(size));
      std::filesystem::create_directories(other.folder);
      std::filesystem::copy_file(checkpoint_file(cut.folder), checkpoint_file(other.folder));
      const Outcome outcome = train(size, other).front();
      CHECK(outcome.steps.size() == 13);
      check_curve(outcome.steps, whole.front().steps);
    }
    for (const Outcome& outcome : train(2, cut)) {
      CHECK(outcome.steps.size() == 13);
      check_same_values(outcome, whole.front());
    }
  }
}

TEST_CASE("a rank that has ended, or has another training, is told") {
  for (const int leaver : {0, 1}) {
    CAPTURE(leaver);
    const auto thrown = on_ranks(2, [&](Ranks& ranks) {
      CHECK(ranks.sum(ranks.rank() + 1) == 3);
      if (ranks.rank() != leaver) ranks.sum(1);
    });
    CHECK(problem_of(thrown[leaver]) == "");
    CHECK(problem_of(thrown[1 - leaver]).starts_with("another rank of this training has ended ("));
  }
  const auto thrown = on_ranks(2, [](Ranks& ranks) {
    ranks.require_same("the same", "thing");
    ranks.require_same(ranks.rank() == 0 ? "this" : "that", "thing");
  });
  for (const auto& problem : thrown)
    CHECK(problem_of(problem) == "not all ranks have the same thing");
}

TEST_CASE("a rank that is silent is told, though its connections are open") {
  const int port = Socket().port();
  const pid_t other = fork();
  if (other == 0) {
    try {
      const auto ranks = join_ranks(launch_of(1, 2, port), "cpu", 1s);
      ranks->sum(1);
      raise(SIGSTOP);
    } catch (...) {
    }
    _exit(1);
  }
  try {
    const auto ranks = join_ranks(launch_of(0, 2, port), "cpu", 1s);
    CHECK(ranks->sum(1) == 2);
    ranks->sum(1);
    FAIL("nothing was noticed");
  } catch (const Error& error) {
    CHECK(error.problem() == "rank 1 of this training has not been heard of for some time");
  }
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
}

TEST_CASE("a port that is taken is told") {
  const Socket taken;
  REQUIRE(listen(taken.socket(), 1) == 0);
  CHECK_THROWS_WITH_AS(join_ranks(launch_of(0, 2, taken.port()), "cpu"),
                       doctest::Contains("did not find each other"), Error);
}
