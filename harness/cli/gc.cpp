// quadrant gc: what a store keeps that nothing refers to any more.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/run/run_lock.h"
#include "harness/store/garbage.h"

namespace quadrant {
namespace {

void print_json(const Garbage& garbage, bool removed) {
  nlohmann::json rows = nlohmann::json::object(), files = nlohmann::json::array();
  for (const auto& [table, count] : garbage.rows) rows[table] = count;
  for (const auto& path : garbage.files) files.push_back(path.string());
  const nlohmann::json json{
      {"rows", rows}, {"files", files}, {"file_bytes", garbage.file_bytes}, {"removed", removed}};
  fmt::print("{}\n", json.dump(2));
}

int collect(const std::string& store_file, bool remove, bool json) {
  Store store(store_file);
  const IdleStore idle(store.artifact_folder());
  const Garbage garbage = collect_garbage(store, remove);
  if (json) {
    print_json(garbage, remove);
    return kOk;
  }
  for (const auto& [table, count] : garbage.rows) fmt::print("{} rows of {}\n", count, table);
  for (const auto& path : garbage.files) fmt::print("{}\n", path.string());
  if (garbage.rows.empty() && garbage.files.empty()) {
    fmt::print("{}: nothing to remove\n", store_file);
  } else {
    fmt::print("{}: {:.1f} MB of files{}\n", store_file,
               static_cast<double>(garbage.file_bytes) / 1e6,
               remove ? " and these rows removed" : "; --delete removes them and these rows");
  }
  return kOk;
}

}  // namespace

void add_gc(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("gc", "what nothing in a store refers to; --delete removes it");
  auto store = std::make_shared<std::string>();
  auto remove = std::make_shared<bool>(false), json = std::make_shared<bool>(false);
  add_store_option(*verb, *store);
  verb->add_flag("--delete", *remove, "remove it; without, it is only shown");
  verb->add_flag("--json", *json, "print JSON");
  verb->footer(
      "Rows: answers, texts and specifications that no run uses, and trainings that were given "
      "up.\n"
      "Files: of the folder beside the store, what belongs to no training, index or suite of a "
      "run.\n"
      "Runs themselves always stay.");
  verb->callback([&action, store, remove, json] {
    action = [store, remove, json] { return collect(*store, *remove, *json); };
  });
}

}  // namespace quadrant
