// lm-eval: results_DATE.json and samples_TASK_DATE.jsonl, in one folder a strategy and seed.
//
// As EleutherAI's lm-evaluation-harness 0.4 writes them (lm_eval/loggers/evaluation_tracker.py), so
// that scripts which read its output read ours: a strategy is what it calls a model, a suite is a
// task. Items without an answer in the suite become a task of their own, SUITE_unanswerable, so
// that the mean of a samples file is the score in the results file. DATE is the run's start. The
// standard error is ours, over clusters. What failed or could not be scored is null and is counted
// in "n-samples": {"original", "effective"}.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "harness/core/sha256.h"
#include "harness/stats/interval.h"
#include "reports/export/formats.h"
#include "reports/export/lm_eval_task.h"
#include "reports/export/records.h"

namespace quadrant {
namespace {

using nlohmann::json;

// "2026-01-02T03:04:05.678Z" -> "2026-01-02T03-04-05.678000", as lm-eval names files.
std::string file_date(const std::string& started_at) {
  std::string date = started_at.substr(0, started_at.find('Z'));
  for (char& c : date) {
    if (c == ':') c = '-';
  }
  return date.find('.') == std::string::npos ? date : date + "000";
}

double unix_seconds(const std::string& started_at) {
  using namespace std::chrono;
  int year = 0, hour = 0, minute = 0;
  unsigned month = 0, day = 0;
  double second = 0;
  if (std::sscanf(started_at.c_str(), "%d-%u-%uT%d:%d:%lf", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    return kUnknown;
  }
  const sys_days date{std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)};
  return duration<double>(date.time_since_epoch()).count() + 3600 * hour + 60 * minute + second;
}

// The cells of one strategy and seed, one a suite.
struct StrategyCells {
  std::string folder;
  std::vector<const ExportCell*> cells;
};

std::vector<StrategyCells> by_strategy(const ExportRun& run) {
  std::vector<StrategyCells> strategies;
  for (const ExportCell& cell : run.cells) {
    if (!cell.is_test() || !cell.row.attempt_id) continue;
    const std::string folder = strategy_file_name(cell);
    auto known = strategies.begin();
    while (known != strategies.end() && known->folder != folder) ++known;
    if (known == strategies.end()) known = strategies.insert(known, {folder, {}});
    known->cells.push_back(&cell);
  }
  return strategies;
}

void add_task(const LmEvalTask& task, json& results) {
  const std::string& name = task.name();
  results["results"][name] = task.scores();
  results["configs"][name] = task.config();
  results["versions"][name] = task.version();
  results["n-shot"][name] = task.shots();
  results["n-samples"][name] = task.counts();
  results["higher_is_better"][name] = task.directions();
  results["group_subtasks"][name] = json::array();
  results["task_hashes"][name] = task.hash();
}

json run_settings(const ExportRun& run, const ExportCell& cell) {
  const json config = json::parse(run.row.config, nullptr, false);
  const json model = config.value("model", json::object());
  std::string arguments = fmt::format("pretrained={},context={},tuning={}", model.value("path", ""),
                                      cell.row.context, cell.row.tuning);
  json seed;
  if (cell.row.cell.seed) {
    seed = *cell.row.cell.seed;
    arguments += fmt::format(",seed={}", *cell.row.cell.seed);
  }
  return {{"model", "quadrant"},
          {"model_args", arguments},
          {"batch_size", config.value("batch_size", json())},
          {"device", model.value("device", json())},
          {"limit", json::parse(run.row.options, nullptr, false).value("limit", json())},
          {"random_seed", seed}};
}

void write_strategy(const ExportRun& run, const StrategyCells& strategy, const FileSink& files) {
  const std::string date = file_date(run.row.started_at);
  json results{{"groups", json::object()}};
  for (const ExportCell* cell : strategy.cells) {
    for (const bool answerable : {true, false}) {
      LmEvalTask task(run, *cell, answerable);
      if (task.items() == 0) continue;
      files(fmt::format("{}/samples_{}_{}.jsonl", strategy.folder, file_name(task.name()), date),
            [&](const TextSink& out) { task.write_samples(out); });
      add_task(task, results);
    }
  }
  const ExportCell& first = *strategy.cells.front();
  const json spec = json::parse(first.row.cell.spec, nullptr, false);
  const std::string system = spec.value("/prompt/system"_json_pointer, "");
  const EnvironmentRow environment = run.store.environment(run.row.environment_id);
  results.update({{"config", run_settings(run, first)},
                  {"git_hash", environment.git_commit},
                  {"date", unix_seconds(run.row.started_at)},
                  {"model_source", "quadrant"},
                  {"model_name", strategy.folder},
                  {"model_name_sanitized", strategy.folder},
                  {"system_instruction", null_or(system)},
                  {"system_instruction_sha", system.empty() ? json() : json(sha256_hex(system))},
                  {"chat_template", nullptr},
                  {"chat_template_sha", spec.value("/model/chat_template"_json_pointer, json())}});
  files(fmt::format("{}/results_{}.json", strategy.folder, date),
        [&](const TextSink& out) { out(json_text(results, 2) + "\n"); });
}

void write_lm_eval(const Store& store, std::int64_t run_id, const FileSink& files) {
  const ExportRun run = open_run(store, run_id);
  for (const StrategyCells& strategy : by_strategy(run)) write_strategy(run, strategy, files);
}

}  // namespace

ExportFormat lm_eval_format() {
  return {"lm-eval", "a folder: results and samples as lm-evaluation-harness writes them", nullptr,
          write_lm_eval};
}

}  // namespace quadrant
