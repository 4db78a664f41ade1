// quadrant show: a run, a cell, or what every strategy of a run answered to one item.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/run/summarise.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

struct ShowOptions {
  std::string what = "latest", run = "latest", store;
};

// The cell's mean of its primary metric over the answerable items, or why there is none.
std::string outcome(const Store& store, const RunCellRow& row) {
  if (!row.error.empty()) return row.error;
  const auto metrics = nlohmann::json::parse(row.metrics);
  if (!row.attempt_id || metrics.empty()) return "";
  for (const SummaryRow& summary : store.summaries(*row.attempt_id)) {
    if (summary.metric == metrics.front() && summary.method == kSummaryMethod) {
      return fmt::format("{} {:.3f}", summary.metric, summary.mean);
    }
  }
  return "";
}

void show_run(const Store& store, std::int64_t id) {
  const RunRow run = store.run(id);
  fmt::print("run {} of {}: {}, started {}\n", run.id, run.experiment, run.state, run.started_at);
  for (const RunCellRow& row : store.run_cells(id)) {
    const char* dev = row.split == "valid" ? " (dev)" : "";
    fmt::print("  cell {:<3} {:<14} {:<22} {:<8} {:<8} {}\n", row.cell.id, row.cell.suite,
               row.context + " x " + row.tuning + dev, row.state.empty() ? "planned" : row.state,
               row.state.empty() ? "" : row.origin, outcome(store, row));
  }
  for (const InputRow& input : store.run_inputs(id)) {
    fmt::print("  input {:<40} {}\n", input.name, input.hash.substr(0, 16));
  }
}

void show_answer(const RecordRow& record) {
  fmt::print("  answer: {}\n", record.error.empty() ? record.output : "error: " + record.error);
  fmt::print(
      "  {} prompt tokens, {} new, stop {}{}{}\n", record.prompt_tokens, record.output_tokens,
      record.stop, record.truncated ? ", truncated" : "",
      record.delivered ? (*record.delivered ? ", gold delivered" : ", gold not delivered") : "");
  for (const ScoreRow& score : record.scores) {
    fmt::print("  {} {:.3f}\n", score.metric, score.value);
  }
}

void show_cell(const Store& store, std::int64_t id) {
  const CellRow cell = store.cell(id);
  fmt::print("cell {} {}\n{}\n", id, cell.hash, cell.spec);
  const std::vector<Item> items = store.items(cell.dataset_id);
  for (const AttemptRow& attempt : store.attempts(id)) {
    fmt::print("attempt {} in run {}: {}\n", attempt.id, attempt.run_id, attempt.state);
    store.for_each_record(attempt.id, [&](const RecordRow& record) {
      const Item& item = items.at(static_cast<std::size_t>(record.item_no));
      fmt::print("{}: {}\n", item.id, item.question);
      show_answer(record);
    });
  }
}

// Returns false when the run has no such item.
bool show_item(const Store& store, std::int64_t run_id, const std::string& item_id) {
  bool found = false;
  for (const RunCellRow& row : store.run_cells(run_id)) {
    if (!row.attempt_id) continue;
    const std::vector<Item> items = store.items(row.cell.dataset_id);
    store.for_each_record(*row.attempt_id, [&](const RecordRow& record) {
      const Item& item = items.at(static_cast<std::size_t>(record.item_no));
      if (item.id != item_id) return;
      if (!found) {
        fmt::print("{}: {}\nwanted: {}\n", item.id, item.question,
                   item.targets.empty() ? "" : item.targets.front());
      }
      found = true;
      fmt::print("\n{} x {}\n--- prompt\n{}\n---\n", row.context, row.tuning, record.prompt);
      show_answer(record);
    });
  }
  return found;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

int show(const ShowOptions& options) {
  const Store store(options.store);
  if (options.what == "latest" || is_number(options.what)) {
    show_run(store, store.find_run(options.what));
  } else if (options.what.starts_with("cell:")) {
    show_cell(store, store.find_cell(options.what.substr(5)));
  } else if (!show_item(store, store.find_run(options.run), options.what)) {
    throw Error("nothing of this name", options.what,
                "name a run (a number or latest), cell:NUMBER, or an item id of the run");
  }
  return kOk;
}

}  // namespace

void add_show(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("show", "a run, a cell, or one item's answers");
  auto options = std::make_shared<ShowOptions>();
  verb->add_option("WHAT", options->what, "a run, cell:NUMBER, or an item id")
      ->capture_default_str();
  verb->add_option("--run", options->run, "the run in which to look for an item")
      ->capture_default_str();
  add_store_option(*verb, options->store);
  verb->callback([&action, options] { action = [options] { return show(*options); }; });
}

}  // namespace quadrant
