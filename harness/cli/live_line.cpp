#include "harness/cli/live_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace quadrant {
namespace {

using Clock = std::chrono::steady_clock;

std::string duration(double seconds) {
  const auto total = static_cast<std::int64_t>(std::ceil(seconds));
  if (total < 60) return fmt::format("{}s", total);
  return fmt::format("{}m{:02}s", total / 60, total % 60);
}

std::string measured(double score) {
  return std::isnan(score) ? "not measured" : fmt::format("{:.2f}", score);
}

class LiveLine : public Progress {
 public:
  explicit LiveLine(std::FILE* out) : out_(out), terminal_(isatty(fileno(out))) {}
  ~LiveLine() override { clear(); }

  void run_started(std::int64_t run_id, int cells, int trainings) override {
    say(fmt::format("run {}: {} cells, {} trainings", run_id, cells, trainings));
  }

  void cell_advanced(const CellProgress& cell) override {
    if (!due()) return;
    const double rate = cell.seconds > 0 ? static_cast<double>(cell.tokens) / cell.seconds : 0;
    const double left = cell.done > 0 ? cell.seconds / static_cast<double>(cell.done) *
                                            static_cast<double>(cell.expected - cell.done)
                                      : 0;
    show(fmt::format("cell {}/{} {}: {}/{} items, {:.0f} tokens/s, ETA {}{}", cell.number, cell.of,
                     cell.label, cell.done, cell.expected, rate, duration(left),
                     std::isnan(cell.score) ? "" : fmt::format(", score {:.2f}", cell.score)));
  }

  void cell_finished(const CellProgress& cell, const std::string& state,
                     const std::string& error) override {
    std::string line = fmt::format("cell {}/{} {} {}: {}", cell.number, cell.of, cell.suite,
                                   cell.label, state == "cached" ? "reused" : state);
    if (state == "done") {
      line += fmt::format(", score {:.3f}, {} items in {}", cell.score, cell.expected,
                          duration(cell.seconds));
    }
    if (!error.empty()) line += ": " + error;
    say(line);
  }

  void training_advanced(const TrainingProgress& training) override {
    const TrainingStep& step = training.step;
    seconds_ += step.seconds;
    tokens_ += step.tokens;
    ++steps_;
    if (!due()) return;
    show(fmt::format("training {}/{} {}: step {}/{}, loss {:.3f}, {:.0f} tokens/s, ETA {}",
                     training.number, training.of, training.label, step.step, step.steps, step.loss,
                     static_cast<double>(tokens_) / seconds_,
                     duration(seconds_ / steps_ * (step.steps - step.step))));
  }

  void training_started(const TrainingProgress&) override { seconds_ = tokens_ = steps_ = 0; }

  void training_finished(const TrainingProgress& training, const std::string& state,
                         const std::string& error) override {
    std::string line =
        fmt::format("training {}/{} {} {}: {}", training.number, training.of, training.suite,
                    training.label, state == "cached" ? "reused" : state);
    if (training.step.step > 0) {
      line += fmt::format(", {} steps in {}, loss {:.3f}", steps_, duration(seconds_),
                          training.step.loss);
    }
    if (!error.empty()) line += ": " + error;
    say(line);
  }

  void warned(const std::string& sentence) override { say("warning: " + sentence); }

  void knowledge_gate(const KnowledgeGate& gate) override {
    say(
        fmt::format("before training, {} on {} ({} {} questions): without help {}, with the gold "
                    "passage {}",
                    gate.metric, gate.suite, gate.items, gate.on_dev ? "dev" : "test",
                    measured(gate.closed_book), measured(gate.oracle)));
    for (const std::string& warning : gate.warnings) say("warning: " + warning);
  }

 private:
  bool due() {
    if (!terminal_ || Clock::now() - shown_ < std::chrono::milliseconds(200)) return false;
    shown_ = Clock::now();
    return true;
  }
  void clear() {
    if (terminal_) fmt::print(out_, "\r\033[K");
  }
  void show(const std::string& line) {
    winsize size{};
    const bool known = ioctl(fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    clear();
    fmt::print(out_, "{}", line.substr(0, known ? size.ws_col - 1u : 79u));
    std::fflush(out_);
  }
  void say(const std::string& line) {
    clear();
    fmt::print(out_, "{}\n", line);
  }

  std::FILE* out_;
  bool terminal_;
  Clock::time_point shown_;
  double seconds_ = 0;
  std::int64_t tokens_ = 0;
  int steps_ = 0;
};

}  // namespace

std::unique_ptr<Progress> make_live_line(std::FILE* out) { return std::make_unique<LiveLine>(out); }

}  // namespace quadrant
