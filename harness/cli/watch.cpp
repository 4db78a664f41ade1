// quadrant watch: how far a run is, from the store alone; live in a terminal.
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/utf8.h"
#include "harness/run/run_lock.h"
#include "harness/store/run_progress.h"

namespace quadrant {
namespace {

// A process that was killed could not say so; its lock is gone with it.
std::string state_of(const Store& store, const RunRow& run) {
  if (run.state != "running") return run.state;
  return is_going_on(store.artifact_folder(), run.id) ? "running" : "cut off";
}

std::string shortened(const std::string& text, std::size_t most) {
  std::string line = text.substr(0, text.find('\n'));
  if (line.size() > most) line = line.substr(0, whole_characters(line.substr(0, most))) + "...";
  return line;
}

std::string time_text(double seconds) {
  if (!std::isfinite(seconds)) return "not known yet";
  const auto total = static_cast<std::int64_t>(std::ceil(seconds));
  return total < 60 ? fmt::format("{} s", total)
                    : fmt::format("{} min {:02} s", total / 60, total % 60);
}

// `rate`: answers per second since the last look; NaN at the first.
std::string as_text(const RunRow& run, const std::string& state, const RunProgress& progress,
                    double rate) {
  std::string text = fmt::format("run {} {}: {}, last sign of life {}\n", run.id, run.experiment,
                                 state, run.heartbeat_at);
  if (std::isnan(rate) && progress.seconds > 0) {
    rate = static_cast<double>(progress.own_answers) / progress.seconds;
  }
  const double left = static_cast<double>(progress.expected - progress.answers) / rate;
  text += fmt::format(
      "{} of {} cells done, {} failed; {} of {} answers, {:.1f} a second, {}\n",
      progress.cells_done, progress.cells, progress.cells_failed, progress.answers,
      progress.expected, std::isnan(rate) ? 0 : rate,
      progress.answers == progress.expected ? "none left" : "answers left: " + time_text(left));
  if (progress.peak_bytes > 0) {
    text +=
        fmt::format("memory at most {:.2f} GB\n", static_cast<double>(progress.peak_bytes) / 1e9);
  }
  for (const auto& training : progress.trainings) {
    text +=
        fmt::format("training {}, seed {}: {}, step {}{}, loss {:.3f}\n", training.method,
                    training.seed, training.state, training.step,
                    training.steps ? fmt::format(" of {}", *training.steps) : "", training.loss);
  }
  for (const auto& cell : progress.going_on) {
    text += fmt::format("cell {}: {} of {}\n", cell.label, cell.answers, cell.expected);
  }
  for (const auto& sample : progress.last) {
    text += fmt::format("  {}: {}\n", shortened(sample.question, 60), shortened(sample.output, 60));
  }
  return text;
}

nlohmann::json as_json(const RunRow& run, const std::string& state, const RunProgress& progress) {
  return {{"run", run.id},
          {"state", state},
          {"heartbeat_at", run.heartbeat_at},
          {"cells", progress.cells},
          {"cells_done", progress.cells_done},
          {"cells_failed", progress.cells_failed},
          {"answers", progress.answers},
          {"expected", progress.expected},
          {"peak_bytes", progress.peak_bytes}};
}

int watch(const std::string& store_file, const std::string& name, bool json) {
  using Clock = std::chrono::steady_clock;
  const Store store(store_file);
  const std::int64_t id = store.find_run(name);
  const bool live = isatty(STDOUT_FILENO) && !json;
  double rate = std::nan("");
  std::int64_t before = -1;
  auto looked = Clock::now();
  while (true) {
    const RunRow run = store.run(id);
    const std::string state = state_of(store, run);
    const RunProgress progress = run_progress(store.database(), id);
    const std::chrono::duration<double> passed = Clock::now() - looked;
    if (before >= 0) rate = static_cast<double>(progress.answers - before) / passed.count();
    before = progress.answers;
    looked = Clock::now();
    if (live) fmt::print("\033[H\033[J");
    fmt::print("{}", json ? as_json(run, state, progress).dump(2) + "\n"
                          : as_text(run, state, progress, rate));
    if (state == "cut off" || state == "interrupted") {
      fmt::print(stderr, "go on with: quadrant resume {}\n", id);
    }
    std::fflush(stdout);
    if (!live || state != "running") return kOk;
    for (int i = 0; i < 20 && !stop_requested().load(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (stop_requested().load()) return kOk;
  }
}

}  // namespace

void add_watch(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("watch", "how far a run is; live in a terminal");
  auto run = std::make_shared<std::string>("latest"), store = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  verb->add_option("RUN", *run, "a run's number, hash, or \"latest\"")->capture_default_str();
  add_store_option(*verb, *store);
  verb->add_flag("--json", *json, "print JSON, once");
  verb->footer("Ctrl-C ends the watching, not the run.");
  verb->callback([&action, run, store, json] {
    action = [run, store, json] { return watch(*store, *run, *json); };
  });
}

}  // namespace quadrant
