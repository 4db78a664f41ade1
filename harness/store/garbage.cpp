#include "harness/store/garbage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/core/cache_limit.h"
#include "harness/core/files.h"
#include "harness/store/bundle.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

// In an order in which each may rely on those before it. What a cascade takes is not counted.
#define GIVEN_UP                                                                               \
  "(SELECT training_id FROM training JOIN run USING(run_id) WHERE training.state<>'done' AND " \
  "run.state='done' AND training_id NOT IN "                                                   \
  "(SELECT training_id FROM attempt WHERE training_id NOT NULL))"
constexpr std::pair<const char*, const char*> kDeletions[] = {
    {"attempt", "attempt_id NOT IN (SELECT attempt_id FROM run_cell WHERE attempt_id NOT NULL)"},
    {"artifact", "training_id IN " GIVEN_UP},
    {"training", "training_id IN " GIVEN_UP},
    {"cell", "cell_id NOT IN (SELECT cell_id FROM run_cell UNION SELECT cell_id FROM attempt)"},
    {"strategy", "strategy_id NOT IN (SELECT strategy_id FROM cell)"},
    {"dataset",
     "dataset_id NOT IN (SELECT dataset_id FROM cell UNION SELECT dataset_id FROM training)"},
    {"experiment", "experiment_id NOT IN (SELECT experiment_id FROM run)"},
    {"environment", "env_id NOT IN (SELECT env_id FROM run)"},
    {"blob",
     "blob_id NOT IN (SELECT prompt FROM record UNION SELECT passage FROM retrieval "
     "UNION SELECT question FROM item UNION SELECT target FROM item "
     "UNION SELECT source FROM experiment "
     "UNION SELECT diff FROM environment WHERE diff NOT NULL)"},
};
#undef GIVEN_UP

std::vector<std::string> texts(const Database& database, const char* sql) {
  std::vector<std::string> values;
  Statement query = database.prepare(sql);
  while (query.step()) values.push_back(query.text(0));
  return values;
}

// The hash that attempts know an index by; "" for what is no finished index.
std::string index_hash(const fs::path& folder) {
  const fs::path manifest = folder / "manifest.json";
  if (!fs::is_regular_file(manifest)) return "";
  const auto json = nlohmann::json::parse(read_text(manifest), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("hash") || !json["hash"].is_string()) return "";
  return json["hash"].get<std::string>();
}

// Paths, relative to the artifact folder, of files and of folders that stay with all in them.
std::set<std::string> needed_paths(const Store& store) {
  const Database& database = store.database();
  std::set<std::string> paths{"runs.lock"};
  for (const auto& path : texts(database, "SELECT path FROM artifact")) paths.insert(path);
  for (const auto& id : texts(database, "SELECT training_id FROM training WHERE state<>'done'")) {
    paths.insert("training-" + id);
  }
  std::set<std::string> indexes;
  for (auto& hash : texts(database, "SELECT index_hash FROM attempt WHERE index_hash NOT NULL")) {
    indexes.insert(std::move(hash));
  }
  const fs::path cache = store.artifact_folder() / "index";
  for (const auto& entry :
       fs::is_directory(cache) ? fs::directory_iterator(cache) : fs::directory_iterator()) {
    if (!indexes.contains(index_hash(entry.path()))) continue;
    paths.insert("index/" + entry.path().filename().string());
  }
  for (const RunRow& run : store.runs()) {
    for (const fs::path& place : suite_places(store, run.id)) paths.insert(place.string());
  }
  return paths;
}

// Collects what is below `folder` and not needed; a folder without anything needed goes whole.
void find_files(const fs::path& root, const fs::path& folder, const std::set<std::string>& needed,
                std::vector<fs::path>& found) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(root).generic_string();
    if (needed.contains(name)) continue;
    const auto below = needed.lower_bound(name + "/");
    const bool holds_needed = below != needed.end() && below->starts_with(name + "/");
    if (holds_needed && fs::is_directory(entry.symlink_status())) {
      find_files(root, entry.path(), needed, found);
    } else {
      found.push_back(entry.path());
    }
  }
}

// Folders of finished trainings, and their keys.
std::map<fs::path, std::int64_t> trained_folders(const Store& store) {
  std::map<fs::path, std::int64_t> folders;
  for (const auto& id :
       texts(store.database(),
             "SELECT DISTINCT training_id FROM training JOIN artifact USING(training_id) "
             "WHERE state='done'")) {
    const fs::path folder = store.artifact_folder() / ("training-" + id);
    if (fs::is_directory(fs::symlink_status(folder))) folders[folder] = std::stoll(id);
  }
  return folders;
}

void find_over_limit(const Store& store, const CacheLimit& limit,
                     const std::map<fs::path, std::int64_t>& trained,
                     std::vector<fs::path>& found) {
  std::vector<CacheEntry> entries = cache_entries(store.artifact_folder() / "index");
  for (CacheEntry& entry : cache_entries(limit.vectors)) entries.push_back(std::move(entry));
  for (const auto& [folder, id] : trained) entries.push_back(cache_entry(folder));
  std::erase_if(entries, [&](const CacheEntry& entry) {
    return std::find(found.begin(), found.end(), entry.path) != found.end();
  });
  for (const CacheEntry& entry : over_limit(std::move(entries), limit.bytes)) {
    found.push_back(entry.path);
  }
}

}  // namespace

Garbage collect_garbage(Store& store, bool remove, const std::optional<CacheLimit>& limit) {
  Garbage garbage;
  Database& database = store.database();
  std::map<fs::path, std::int64_t> trained;
  {
    Transaction transaction(database);
    for (const auto& [table, condition] : kDeletions) {
      database.prepare(fmt::format("DELETE FROM {} WHERE {}", table, condition)).run();
      if (database.changes() > 0) garbage.rows.emplace_back(table, database.changes());
    }
    // Files are judged by what the rows would be.
    if (fs::is_directory(store.artifact_folder())) {
      find_files(store.artifact_folder(), store.artifact_folder(), needed_paths(store),
                 garbage.files);
    }
    trained = trained_folders(store);
    if (limit) find_over_limit(store, *limit, trained, garbage.files);
    if (remove) transaction.commit();
  }
  for (const fs::path& path : garbage.files) {
    garbage.file_bytes += bytes_of_path(path);
    if (!remove) continue;
    // A training whose files are gone must not seem to have them.
    if (const auto found = trained.find(path); found != trained.end()) {
      store.forget_files(found->second);
    }
    fs::remove_all(path);
  }
  if (remove && !garbage.rows.empty()) database.execute("VACUUM");
  return garbage;
}

}  // namespace quadrant
