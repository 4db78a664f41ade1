#include "harness/store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

// How long a process waits for another one that is writing. Writes take milliseconds, but for the
// merging of large stores.
constexpr int kPatienceMs = 120'000;

[[noreturn]] void fail(sqlite3* database, std::string_view doing) {
  const int code = sqlite3_errcode(database);
  const char* file = sqlite3_db_filename(database, "main");
  std::string mend = "see the message; `quadrant doctor` checks the store";
  // SQLite calls a format number that it does not know an error of the statement.
  const bool is_foreign = sqlite3_errmsg(database) == std::string_view("unsupported file format");
  switch (is_foreign ? SQLITE_NOTADB : code & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      mend = "the disk is probably full: free some space, then `quadrant resume`";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw StoreError(
          fmt::format("another process has been writing to the store for {} s", kPatienceMs / 1000),
          file ? file : "", "wait until it has ended, or end it, then `quadrant resume`");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      mend = "this file is damaged or no store: name another with --store";
      break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      mend =
          "check that the folder is there and that you may write to it; a bundle is read only: "
          "`quadrant import` takes it into a store";
      break;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
      throw Bug(fmt::format("SQLite: {} while: {}", sqlite3_errmsg(database), doing));
    default:
      break;
  }
  throw StoreError(fmt::format("the store failed: {}", sqlite3_errmsg(database)), file ? file : "",
                   mend);
}

std::string_view argument(sqlite3_value* value) {
  const auto* data = static_cast<const char*>(sqlite3_value_blob(value));
  return {data ? data : "", static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void sql_sha256(sqlite3_context* context, int, sqlite3_value** values) {
  const std::string hash = sha256_hex(argument(values[0]));
  sqlite3_result_text(context, hash.data(), static_cast<int>(hash.size()), SQLITE_TRANSIENT);
}

void sql_is_utf8(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_result_int(context, first_invalid_utf8(argument(values[0])) ? 0 : 1);
}

void add_functions(sqlite3* database) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const auto add = [&](const char* name, auto* function) {
    QUADRANT_CHECK(sqlite3_create_function(database, name, 1, kFlags, nullptr, function, nullptr,
                                           nullptr) == SQLITE_OK);
  };
  add("sha256", sql_sha256);
  add("is_utf8", sql_is_utf8);
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) {
  const int size = static_cast<int>(sql.size());
  if (sqlite3_prepare_v2(database, sql.data(), size, &statement_, nullptr) != SQLITE_OK) {
    fail(database, sql);
  }
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::bind(int index, std::int64_t value) {
  QUADRANT_CHECK(sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int index, double value) {
  if (std::isnan(value)) return bind_null(index);
  QUADRANT_CHECK(sqlite3_bind_double(statement_, index, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
  const char* data = value.data() ? value.data() : "";
  QUADRANT_CHECK(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT,
                                     SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_bytes(int index, std::string_view bytes) {
  QUADRANT_CHECK(sqlite3_bind_blob64(statement_, index, bytes.data() ? bytes.data() : "",
                                     bytes.size(), SQLITE_TRANSIENT) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_null(int index) {
  QUADRANT_CHECK(sqlite3_bind_null(statement_, index) == SQLITE_OK);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    // Reset first: it releases the locks a failed statement holds, and keeps the error code.
    sqlite3_reset(statement_);
    fail(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
  }
  reset();
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
  return is_null(column) ? std::nan("") : sqlite3_column_double(statement_, column);
}

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Database::Database(const std::filesystem::path& file, Mode mode) {
  const int flags =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const std::string message = handle_ ? sqlite3_errmsg(handle_) : "out of memory";
    sqlite3_close(handle_);
    throw StoreError("cannot open the store: " + message, file.string(),
                     "check the path, and that you may write to its folder");
  }
  sqlite3_busy_timeout(handle_, kPatienceMs);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  add_functions(handle_);
  execute("PRAGMA foreign_keys=ON");
}

Database::~Database() { sqlite3_close(handle_); }

void Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(handle_, sql);
  }
}

void Database::use_write_ahead_log() {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::milliseconds(kPatienceMs);
  constexpr char kPragma[] = "PRAGMA journal_mode=WAL";
  // SQLite's own patience does not cover this lock: beside another process that opens a new file,
  // the statement fails at once.
  while (sqlite3_exec(handle_, kPragma, nullptr, nullptr, nullptr) != SQLITE_OK) {
    const bool busy = (sqlite3_errcode(handle_) & 0xFF) == SQLITE_BUSY;
    if (!busy || Clock::now() > end) fail(handle_, kPragma);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

std::string sqlite_version() { return sqlite3_libversion(); }

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite rolls back by itself after the errors that make this fail (a full disk, for one).
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace quadrant
