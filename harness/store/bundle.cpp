#include "harness/store/bundle.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <map>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostFiles = 100'000;
constexpr std::int64_t kMostBytes = 900'000'000;  // of one file: SQLite holds values below 1 GB

// Built-in suites have no files that last: they are written anew.
std::map<std::string, std::vector<InputRow>> suites_of(const Database& database, std::int64_t run) {
  std::map<std::string, std::vector<InputRow>> suites;
  Statement query =
      database.prepare("SELECT name,path,hash FROM run_input WHERE run_id=? AND path<>''");
  query.bind(1, run);
  while (query.step()) {
    const auto file = suite_file({query.text(0), query.text(1), query.text(2)});
    if (file) suites[file->suite].push_back(file->file);
  }
  return suites;
}

// Names and hashes of the files that a bundle of these runs may hold.
std::map<std::string, std::string> expected_files(const Database& bundle) {
  std::map<std::string, std::string> files;
  Statement runs = bundle.prepare("SELECT run_id FROM run");
  while (runs.step()) {
    for (const auto& [suite, rows] : suites_of(bundle, runs.integer(0))) {
      const fs::path place = suite_place(rows);
      for (const InputRow& row : rows) files[(place / row.name).string()] = row.hash;
    }
  }
  Statement artifacts = bundle.prepare("SELECT path,hash FROM artifact");
  while (artifacts.step()) files[artifacts.text(0)] = artifacts.text(1);
  return files;
}

// Relative, of plain characters, without "." and "..": it leads nowhere but below its folder.
bool is_safe(const std::string& name) {
  constexpr std::size_t kLongest = 300;
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
  if (name.empty() || name.size() > kLongest) return false;
  if (name.find_first_not_of(kPlain) != std::string::npos || name.ends_with('/')) return false;
  for (const fs::path& part : fs::path(name)) {
    if (part.string().starts_with('.') || part == "/") return false;
  }
  return true;
}

// The row is there before the next one, so that one large file is in memory at a time.
void put_file(Database& bundle, const std::string& name, const fs::path& file) {
  const MappedFile mapped(file);
  const auto size = static_cast<std::int64_t>(mapped.bytes().size());
  if (size > kMostBytes || !is_safe(name)) {
    throw Error(size > kMostBytes ? "this file is too large for a bundle"
                                  : "a bundle takes no file of this name",
                file.string(),
                size > kMostBytes ? "leave --adapters out"
                                  : "name it with letters, digits, _ . and - only");
  }
  bundle.prepare("INSERT OR IGNORE INTO sqlar VALUES(?,?,0,?,?)")
      .bind(1, name)
      .bind(2, S_IFREG | 0644)
      .bind(3, size)
      .bind_bytes(4, mapped.bytes())
      .run();
}

void put_suites(Store& bundle, BundleContents& contents) {
  for (const RunRow& run : bundle.runs()) {
    for (const auto& [suite, files] : suites_of(bundle.database(), run.id)) {
      const fs::path place = suite_place(files);
      for (const InputRow& file : files) {
        if (!fs::is_regular_file(file.path) || sha256_file(file.path) != file.hash) {
          throw Error(fmt::format("a file of suite {} is not what it was when run {} read it",
                                  suite, run.hash.substr(0, 12)),
                      file.path, "put it back as it was; its hash was " + file.hash);
        }
        put_file(bundle.database(), (place / file.name).string(), file.path);
        contents.suite_files += bundle.database().changes();
      }
    }
  }
}

// Full weights stay out: they are as large as the model, and a training can be repeated.
void put_adapters(Store& bundle, const Store& store, const Merged& merged, bool wanted,
                  BundleContents& contents) {
  for (const Merged::Training& training : merged.trainings) {
    bool whole = wanted;
    const auto there = store.artifacts_of_training(training.there);
    for (const ArtifactRow& row : there) {
      const fs::path file = store.artifact_folder() / row.path;
      whole = whole && row.kind == "adapter" && fs::is_regular_file(file) &&
              sha256_file(file) == row.hash;
    }
    if (!whole) {
      bundle.forget_files(training.here);
      continue;
    }
    for (const ArtifactRow& row : there) {
      const std::string inside = row.path.substr(fmt::format("training-{}", training.there).size());
      put_file(bundle.database(), fmt::format("training-{}{}", training.here, inside),
               store.artifact_folder() / row.path);
      ++contents.adapter_files;
    }
  }
}

// Visits name and contents of each file.
void for_each_file(const Database& bundle,
                   const std::function<void(const std::string&, const std::string&)>& visit) {
  Statement query = bundle.prepare("SELECT name,data FROM sqlar ORDER BY name");
  while (query.step()) visit(query.text(0), query.text(1));
}

std::string file_fault(const Statement& file, const std::map<std::string, std::string>& expected) {
  const std::string name = file.text(0);
  if (!is_safe(name)) return "the name of a file is not safe: " + name.substr(0, 80);
  if (!S_ISREG(static_cast<mode_t>(file.integer(1)))) return "no regular file: " + name;
  if (file.integer(2) != 0) return "the contents of a file are packed, or cut: " + name;
  const auto known = expected.find(name);
  if (known == expected.end()) return "no run has anything to do with this file: " + name;
  return known->second == file.text(3) ? "" : "a file has another hash than it says: " + name;
}

}  // namespace

bool is_bundle(const fs::path& file) {
  constexpr std::size_t kWhere = 68;  // of application_id in a SQLite file, big-endian
  char head[kWhere + 4] = {};
  std::ifstream(file, std::ios::binary).read(head, sizeof head);
  constexpr char kId[] = {'Q', 'D', 'N', 'B'};
  return std::memcmp(head + kWhere, kId, sizeof kId) == 0;
}

bool is_bundle(const Database& database) {
  Statement query = database.prepare("PRAGMA application_id");
  return query.step() && query.integer(0) == kBundleId;
}

std::optional<SuiteFile> suite_file(const InputRow& input) {
  constexpr std::string_view kPrefix = "suite ";
  const std::size_t slash = input.name.find('/');
  if (!input.name.starts_with(kPrefix) || slash == std::string::npos) return std::nullopt;
  return SuiteFile{input.name.substr(kPrefix.size(), slash - kPrefix.size()),
                   {input.name.substr(slash + 1), input.path, input.hash}};
}

fs::path suite_place(std::span<const InputRow> files) {
  std::map<std::string, std::string> ordered;
  for (const InputRow& file : files) ordered[file.name] = file.hash;
  Sha256 hash;
  for (const auto& [name, content] : ordered) hash.update(name + "\n" + content + "\n");
  constexpr std::size_t kDigits = 16;
  return fs::path("suites") / hash.hex().substr(0, kDigits);
}

std::vector<fs::path> suite_places(const Store& store, std::int64_t run_id) {
  std::vector<fs::path> places;
  for (const auto& [suite, files] : suites_of(store.database(), run_id))
    places.push_back(suite_place(files));
  return places;
}

BundleContents write_bundle(const Store& store, std::span<const std::int64_t> runs, bool adapters,
                            const fs::path& file) {
  fs::path temporary = file;
  temporary += fmt::format(".{}.tmp", ::getpid());
  BundleContents contents;
  const auto clean = [&] {
    std::error_code ignored;
    for (const char* end : {"", "-wal", "-shm", "-journal"})
      fs::remove(temporary.string() + end, ignored);
  };
  clean();
  try {
    {
      Store bundle(temporary, Store::Open::kCreate);
      const Merged merged = merge_runs(bundle, store, runs);
      contents.runs = merged.runs;
      bundle.database().execute(kBundleSchema);
      put_suites(bundle, contents);
      put_adapters(bundle, store, merged, adapters, contents);
      bundle.database().execute(fmt::format("PRAGMA application_id={}", kBundleId));
      bundle.database().execute("PRAGMA synchronous=FULL");
      Statement(bundle.database().prepare("PRAGMA journal_mode=DELETE")).run();
      bundle.database().execute("VACUUM");
    }
    contents.bytes = static_cast<std::int64_t>(fs::file_size(temporary));
    fs::rename(temporary, file);
  } catch (...) {
    clean();
    throw;
  }
  return contents;
}

Imported import_bundle(Store& into, const Store& bundle) {
  if (!is_bundle(bundle.database())) {
    throw Error("this is a store, not a bundle", bundle.file().string(),
                "take its runs into another store with `quadrant merge`");
  }
  Imported imported{merge_runs(into, bundle), 0};
  std::map<std::string, std::string> folders;  // of trainings: there, here
  for (const Merged::Training& training : imported.merged.trainings) {
    folders[fmt::format("training-{}", training.there)] = fmt::format("training-{}", training.here);
  }
  for_each_file(bundle.database(), [&](const std::string& name, const std::string& bytes) {
    const std::string folder = name.substr(0, name.find('/'));
    const auto renamed = folders.find(folder);
    fs::path target = into.artifact_folder();
    target /= renamed == folders.end() ? name : renamed->second + name.substr(folder.size());
    if (fs::is_regular_file(target) && sha256_file(target) == sha256_hex(bytes)) return;
    fs::create_directories(target.parent_path());
    write_atomically(target, bytes);
    ++imported.files;
  });
  return imported;
}

std::vector<std::string> find_file_faults(const Database& bundle) {
  const auto expected = expected_files(bundle);
  std::vector<std::string> faults;
  Statement files = bundle.prepare(
      "SELECT name,mode,typeof(data)<>'blob' OR sz IS NOT length(data),sha256(data) FROM sqlar "
      "LIMIT ?");
  files.bind(1, kMostFiles + 1);
  for (std::int64_t count = 1; files.step(); ++count) {
    std::string fault = file_fault(files, expected);
    if (count > kMostFiles) fault = fmt::format("it has more than {} files", kMostFiles);
    if (fault.empty()) continue;
    faults.push_back(std::move(fault));
    break;  // one is enough to refuse it
  }
  return faults;
}

}  // namespace quadrant
