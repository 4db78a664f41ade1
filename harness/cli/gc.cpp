// quadrant gc: what a store keeps that nothing refers to any more.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/cache_limit.h"
#include "harness/core/files.h"
#include "harness/run/run_lock.h"
#include "harness/store/garbage.h"

namespace quadrant {
namespace {

struct GcOptions {
  std::string store, cache_limit;
  bool remove = false, json = false;
};

void print_json(const Garbage& garbage, bool removed) {
  nlohmann::json rows = nlohmann::json::object(), files = nlohmann::json::array();
  for (const auto& [table, count] : garbage.rows) rows[table] = count;
  for (const auto& path : garbage.files) files.push_back(path.string());
  const nlohmann::json json{
      {"rows", rows}, {"files", files}, {"file_bytes", garbage.file_bytes}, {"removed", removed}};
  fmt::print("{}\n", json.dump(2));
}

int collect(const GcOptions& options) {
  Store store(options.store);
  const IdleStore idle(store.artifact_folder());
  std::optional<CacheLimit> limit;
  if (!options.cache_limit.empty()) {
    limit = {parse_size(options.cache_limit, "--cache-limit"), cache_directory() / "vectors"};
  }
  const Garbage garbage = collect_garbage(store, options.remove, limit);
  if (options.json) {
    print_json(garbage, options.remove);
    return kOk;
  }
  for (const auto& [table, count] : garbage.rows) fmt::print("{} rows of {}\n", count, table);
  for (const auto& path : garbage.files) fmt::print("{}\n", path.string());
  if (garbage.rows.empty() && garbage.files.empty()) {
    fmt::print("{}: nothing to remove\n", options.store);
  } else {
    fmt::print(
        "{}: {:.1f} MB of files{}\n", options.store, static_cast<double>(garbage.file_bytes) / 1e6,
        options.remove ? " and these rows removed" : "; --delete removes them and these rows");
  }
  return kOk;
}

}  // namespace

void add_gc(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("gc", "what nothing in a store refers to; --delete removes it");
  auto options = std::make_shared<GcOptions>();
  add_store_option(*verb, options->store);
  verb->add_option("--cache-limit", options->cache_limit,
                   "also what can be made again, until at most so much of it is left: 5G, 800M, 0");
  verb->add_flag("--delete", options->remove, "remove it; without, it is only shown");
  verb->add_flag("--json", options->json, "print JSON");
  verb->footer(
      "Rows: answers, texts and specifications that no run uses, and trainings that were given "
      "up.\n"
      "Files: of the folder beside the store, what belongs to no training, index or suite of a "
      "run.\n"
      "Runs themselves always stay. What can be made again, the least recently used first: "
      "indexes,\n"
      "trained weights, and the vectors that `index build` keeps for all stores. Indexes and "
      "vectors\n"
      "stay below the environment variable QUADRANT_CACHE_LIMIT (10G) by themselves.");
  verb->callback([&action, options] { action = [options] { return collect(*options); }; });
}

}  // namespace quadrant
