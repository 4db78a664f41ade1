// Opening a store: what is not one is refused with a sentence that helps.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/store/faults.h"
#include "harness/store/report_queries.h"
#include "harness/store/schema.h"
#include "harness/store/store.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;
using test::TemporaryFolder;

namespace {

std::string refusal(const std::filesystem::path& file, Store::Open mode = Store::Open::kCreate) {
  try {
    const Store store(file, mode);
  } catch (const Error& error) {
    CHECK_FALSE(error.where().empty());
    CHECK_FALSE(error.mend().empty());
    return error.problem();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int number(const Store& store, const std::string& sql) {
  Statement query = store.database().prepare(sql);
  REQUIRE(query.step());
  return static_cast<int>(query.integer(0));
}

}  // namespace

TEST_CASE("a new store has the schema, its version and WAL; opening again changes nothing") {
  const TemporaryFolder folder;
  for (int i = 0; i < 2; ++i) {
    const Store store(folder / "a.db", Store::Open::kCreate);
    CHECK(number(store, "PRAGMA user_version") == kStoreVersion);
    CHECK(number(store, "PRAGMA application_id") == kApplicationId);
    CHECK(number(store, "PRAGMA foreign_keys") == 1);
    CHECK(number(store, "PRAGMA synchronous") == 1);
    CHECK(number(store, "PRAGMA busy_timeout") == 120'000);
    CHECK(number(store, "SELECT journal_mode='wal' FROM pragma_journal_mode") == 1);
    CHECK(store.artifact_folder() == folder / "a.artifacts");
  }
  CHECK(schema_ladder().size() == kStoreVersion);
}

// A copy of the store that an earlier version wrote.
std::filesystem::path old_store(const TemporaryFolder& folder, const std::string& name) {
  const auto fixtures = std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/fixtures";
  std::filesystem::copy_file(fixtures / name, folder / name);
  return folder / name;
}

TEST_CASE("a store of version 1 is migrated in place, and loses nothing") {
  const TemporaryFolder folder;
  const auto file = old_store(folder, "store_v1.db");
  {
    Store store(file);
    CHECK(number(store, "PRAGMA user_version") == kStoreVersion);
    const auto faults = find_faults(store.database());  // it was written by hand
    REQUIRE(faults.size() == 1);
    CHECK(contains(faults[0], "a strategy has another hash than it says"));
    const auto cells = store.run_cells(store.find_run("latest"));
    REQUIRE(cells.size() == 1);
    CHECK(cells[0].split == "test");
    const auto records = store.records(*cells[0].attempt_id);
    REQUIRE(records.size() == 1);
    CHECK(records[0].output == "Orla Fenn");
    CHECK(records[0].wording == 0);
    CHECK(records[0].retrieval.at(0).doc_id == "d1");
    CHECK(records[0].scores.at(0).value == 1);
    CHECK(store.items(cells[0].cell.dataset_id).at(0).targets.at(0) == "Orla Fenn");
    CHECK(store.locks(1).empty());
    const std::string hash(64, 'a');
    store.put_lock({1, "harbour", hash, hash, "{}", "", ""});
    CHECK(store.locks_on(hash).at(0).suite == "harbour");
  }
  const Store again(file);  // and is then a store like any other
  CHECK(again.locks(1).size() == 1);
}

TEST_CASE("so is a store of version 2: costs that it did not know stay unknown") {
  const TemporaryFolder folder;
  const Store store(old_store(folder, "store_v2.db"));
  CHECK(number(store, "PRAGMA user_version") == kStoreVersion);
  CHECK(find_faults(store.database()).empty());
  CHECK(store.locks(1).size() == 1);
  const auto cells = report_cells(store.database(), 1);
  REQUIRE(cells.size() == 2);
  for (const ReportCellRow& cell : cells) {
    CHECK(std::isnan(cell.energy_j));
    CHECK_FALSE(cell.index_bytes);
    CHECK(cell.seconds > 0);
    CHECK(store.records(*cell.attempt_id).at(0).retrieval.size() == 2);
  }
}

TEST_CASE("what is not a store is refused, and left as it is") {
  const TemporaryFolder folder;
  CHECK(contains(refusal(folder.path()), "folder"));
  CHECK(contains(refusal(folder / "none.db", Store::Open::kExisting), "no store is here"));
  CHECK(contains(refusal(folder / "none/a.db"), "folder does not exist"));

  const std::string text(5000, 'x');
  write_atomically(folder / "text.db", text);
  CHECK(contains(refusal(folder / "text.db"), "not a database"));
  CHECK(read_text(folder / "text.db") == text);

  write_atomically(folder / "empty.db", "");
  CHECK(contains(refusal(folder / "empty.db", Store::Open::kExisting), "empty"));

  {
    Database other(folder / "other.db", Database::Mode::kReadWrite);
    other.execute("CREATE TABLE mine(a)");
  }
  const std::string before = read_text(folder / "other.db");
  CHECK(contains(refusal(folder / "other.db"), "not a store of quadrant"));
  CHECK(read_text(folder / "other.db") == before);
}

TEST_CASE("a store that a newer version wrote is refused with both versions") {
  const TemporaryFolder folder;
  {
    Store store(folder / "a.db", Store::Open::kCreate);
    store.database().execute("PRAGMA user_version=7");
  }
  const std::string problem = refusal(folder / "a.db", Store::Open::kExisting);
  CHECK(contains(problem, "newer"));
  CHECK(contains(problem, "7"));
}

TEST_CASE("a store cut short is an error, whatever its length") {
  const TemporaryFolder folder;
  { const Store store(folder / "a.db", Store::Open::kCreate); }
  const std::string whole = read_text(folder / "a.db");
  REQUIRE(whole.size() > 8192);
  for (const std::size_t size : {std::size_t{20}, std::size_t{99}, std::size_t{600}}) {
    write_atomically(folder / "cut.db", whole.substr(0, size));
    CHECK_FALSE(refusal(folder / "cut.db").empty());
  }
}

TEST_CASE("eight processes may create the same store at once") {
  const TemporaryFolder folder;
  const auto file = folder / "a.db";
  for (int i = 0; i < 8; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child > 0) continue;
    int code = 1;
    try {
      Store store(file, Store::Open::kCreate);
      for (int j = 0; j < 20; ++j) store.put_blob("log", std::to_string(i * 100 + j));
      code = 0;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());  // a child cannot report a check
    }
    ::_exit(code);
  }
  for (int i = 0; i < 8; ++i) {
    int status = 1;
    ::wait(&status);
    CHECK(status == 0);
  }
  const Store store(file);
  CHECK(number(store, "SELECT count(*) FROM blob") == 160);
}
