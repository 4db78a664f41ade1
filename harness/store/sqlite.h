// A thin, typed hand on SQLite: prepared statements, bound values, transactions, clear errors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "harness/core/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace quadrant {

// The disk, the file or another process is in the way: nothing more can be written, so that work
// must stop, unlike after another Error.
class StoreError : public Error {
 public:
  using Error::Error;
};

// One prepared statement. Parameters are bound by position from 1; columns are read from 0.
//   auto query = database.prepare("SELECT name FROM t WHERE id = ?");
//   query.bind(1, id);
//   while (query.step()) use(query.text(0));
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  Statement& bind(int index, double value);  // NaN is stored as NULL
  Statement& bind(int index, std::string_view value);
  Statement& bind(int index, const std::string& v) { return bind(index, std::string_view(v)); }
  Statement& bind(int index, const char* v) { return bind(index, std::string_view(v)); }
  Statement& bind_null(int index);
  Statement& bind_bytes(int index, std::string_view bytes);  // a BLOB
  template <class T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind_null(index);
  }

  bool step();  // true: a row is there; false: done
  void run();   // for statements without rows; ready to be bound and run again

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;       // NULL reads as NaN
  std::string text(int column) const;  // of a BLOB: its bytes

 private:
  void reset();
  sqlite3_stmt* statement_ = nullptr;
};

// A connection. Beside SQLite's own functions, statements may use sha256(text) (64 hex digits) and
// is_utf8(text); a schema may not, nor may statements write to it behind SQLite's back.
class Database {
 public:
  enum class Mode { kReadWrite, kReadOnly };
  Database(const std::filesystem::path& file, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Statement prepare(std::string_view sql) const { return Statement(handle_, sql); }
  void execute(const std::string& sql);  // one or more statements without values
  void use_write_ahead_log();            // readers and a writer do not wait for each other
  std::int64_t last_insert_id() const;
  std::int64_t changes() const;

 private:
  sqlite3* handle_ = nullptr;
};

std::string sqlite_version();

// BEGIN IMMEDIATE now; rolled back at the end of the scope unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace quadrant
