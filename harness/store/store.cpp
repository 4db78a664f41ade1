#include "harness/store/store.h"

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/store/bundle.h"
#include "harness/store/faults.h"
#include "harness/store/schema.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

// SQLite would open a folder or make a file in a missing one with a message that helps nobody.
const fs::path& check_path(const fs::path& file, Store::Open mode) {
  if (fs::is_directory(file)) {
    throw Error("this is a folder, not a store", file.string(), "name a file with --store");
  }
  if (mode == Store::Open::kExisting && !fs::exists(file)) {
    throw Error("no store is here", file.string(),
                "name another file with --store, or make one with `quadrant run`");
  }
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder)) {
    throw Error("the store's folder does not exist", folder.string(), "make the folder first");
  }
  return file;
}

int pragma(const Database& database, const char* name) {
  Statement query = database.prepare(fmt::format("PRAGMA {}", name));
  return query.step() ? static_cast<int>(query.integer(0)) : 0;
}

bool has_tables(const Database& database) {
  Statement query = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1");
  return query.step();
}

// Nothing is written before we know that the file is ours, or empty.
int check_version(const Database& database, const fs::path& file) {
  // Another process may be making the store just now: what shows that it is ours is read last.
  const bool tables = has_tables(database);
  const int version = pragma(database, "user_version");
  const int application = pragma(database, "application_id");
  const bool ours = application == kApplicationId || application == kBundleId;
  if (!ours && (application != 0 || version != 0 || tables)) {
    throw Error("this SQLite file is not a store of quadrant", file.string(),
                "name another file with --store");
  }
  if (version > kStoreVersion) {
    throw Error(fmt::format("a newer quadrant wrote this store (version {}; this program reads "
                            "versions up to {})",
                            version, kStoreVersion),
                file.string(), "update quadrant, or name another file with --store");
  }
  return version;
}

void migrate(Database& database, const fs::path& file) {
  Transaction transaction(database);
  // Asked again inside the transaction: another process may have done it meanwhile.
  for (int version = check_version(database, file); version < kStoreVersion; ++version) {
    database.execute(schema_ladder()[static_cast<std::size_t>(version)]);
    QUADRANT_CHECK(pragma(database, "user_version") == version + 1);
  }
  transaction.commit();
}

}  // namespace

Store::Store(const fs::path& file, Open mode)
    : file_(check_path(file, mode)),
      database_(file, is_bundle(file) ? Database::Mode::kReadOnly : Database::Mode::kReadWrite) {
  const int version = check_version(database_, file);
  if (is_bundle(database_)) {
    if (version != kStoreVersion) {
      throw Error(fmt::format("an older quadrant wrote this bundle (version {}; this program reads "
                              "version {})",
                              version, kStoreVersion),
                  file.string(), "write the bundle again from its store");
    }
    refuse_faults(database_, file);
    return;
  }
  if (version == 0 && mode == Open::kExisting) {
    throw Error("this store is empty", file.string(), "fill it with `quadrant run`");
  }
  database_.use_write_ahead_log();
  database_.execute("PRAGMA synchronous=NORMAL");
  if (version < kStoreVersion) migrate(database_, file);
}

fs::path Store::artifact_folder() const {
  fs::path folder = file_;
  folder.replace_extension(".artifacts");
  return folder;
}

}  // namespace quadrant
