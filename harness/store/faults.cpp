#include "harness/store/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "harness/store/bundle.h"
#include "harness/store/fault_checks.h"
#include "harness/store/schema.h"
#include "harness/store/sql.h"

namespace quadrant {
namespace {

constexpr std::size_t kMost = 20;

class Faults {
 public:
  // One fault for each row of the query; its first columns name the culprit.
  void ask(const Database& database, const std::string& what, const std::string& sql) {
    Statement query = database.prepare(sql);
    while (!full() && query.step()) add(fmt::format("{}: {}", what, query.text(0)));
  }
  void add(std::string fault) {
    if (!full()) found_.push_back(std::move(fault));
  }
  bool full() const { return found_.size() >= kMost; }
  bool any() const { return !found_.empty(); }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

std::string without_comments(const std::string& sql) {
  std::string text;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql.compare(i, 2, "--") == 0) i = std::min(sql.find('\n', i), sql.size());
    if (i < sql.size()) text += sql[i];
  }
  return text;
}

// Comments and white space do not count.
std::string normal_form(const std::string& sql) {
  std::string text = without_comments(sql);
  std::erase_if(text, [](unsigned char c) { return std::isspace(c); });
  return text;
}

// What stands in the parentheses of each CHECK of a table's SQL. None of ours has one in a string.
std::vector<std::string> constraints_of(const std::string& sql) {
  constexpr std::string_view kStart = "CHECK(";
  const std::string text = without_comments(sql);
  std::vector<std::string> constraints;
  for (std::size_t at = text.find(kStart); at != std::string::npos; at = text.find(kStart, at)) {
    const std::size_t begin = at += kStart.size();
    for (int open = 1; open > 0 && at < text.size(); ++at)
      open += (text[at] == '(') - (text[at] == ')');
    constraints.push_back(text.substr(begin, at - 1 - begin));
  }
  return constraints;
}

// SQL by kind and name; indexes that SQLite makes by itself have none.
std::map<std::string, std::string> schema_of(const Database& database) {
  std::map<std::string, std::string> schema;
  Statement query = database.prepare("SELECT type,name,sql FROM sqlite_schema WHERE sql NOT NULL");
  while (query.step()) schema[query.text(0) + " " + query.text(1)] = normal_form(query.text(2));
  return schema;
}

std::map<std::string, std::string> expected_schema(bool bundle) {
  Database memory(":memory:", Database::Mode::kReadWrite);
  for (const std::string& step : schema_ladder()) memory.execute(step);
  if (bundle) memory.execute(kBundleSchema);
  return schema_of(memory);
}

void check_schema(const Database& database, Faults& faults) {
  const auto there = schema_of(database);
  const auto expected = expected_schema(is_bundle(database));
  for (const auto& [name, sql] : there) {
    const auto ours = expected.find(name);
    if (ours == expected.end()) faults.add("the schema has something of its own: " + name);
    if (ours != expected.end() && ours->second != sql) faults.add("the schema differs: " + name);
  }
  for (const auto& [name, sql] : expected) {
    if (!there.contains(name)) faults.add("the schema lacks " + name);
  }
}

void check_structure(const Database& database, Faults& faults) {
  faults.ask(database, "its text is not UTF-8 but",
             "SELECT encoding FROM pragma_encoding WHERE encoding<>'UTF-8'");
  faults.ask(database, "SQLite's integrity_check says",
             "SELECT integrity_check FROM pragma_integrity_check(20) WHERE integrity_check<>'ok'");
  faults.ask(database, "a row refers to what is not there",
             "SELECT \"table\"||' to '||parent FROM pragma_foreign_key_check");
}

// SQLite's integrity_check leaves CHECK out when the database is open for reading alone.
void check_constraints(const Database& database, Faults& faults) {
  Statement tables = database.prepare("SELECT name,sql FROM sqlite_schema WHERE type='table'");
  while (tables.step()) {
    for (const std::string& constraint : constraints_of(tables.text(1))) {
      faults.ask(database, "a value is not what its column may hold",
                 fmt::format("SELECT '{0}' FROM \"{0}\" WHERE NOT ({1}) LIMIT 1", tables.text(0),
                             constraint));
    }
  }
}

void check_text(const Database& database, Faults& faults) {
  Statement columns = database.prepare(
      "SELECT m.name,c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
      "WHERE m.type='table' AND c.type='TEXT' ORDER BY m.name,c.cid");
  while (columns.step()) {
    const std::string table = columns.text(0), column = columns.text(1);
    faults.ask(database, "text is not UTF-8",
               fmt::format("SELECT '{0}.{1}' FROM \"{0}\" WHERE \"{1}\" NOT NULL AND "
                           "NOT is_utf8(\"{1}\") LIMIT 1",
                           table, column));
  }
}

// Values in JSON that readers rely on.
void check_values(const Database& database, Faults& faults) {
  for (const JsonValue& value : json_values()) {
    if (faults.any()) return;
    faults.ask(database,
               fmt::format("{} {} is of another kind than it has", value.column, value.path),
               fmt::format("SELECT {0} FROM {1} WHERE {2} NOT NULL AND "
                           "NOT coalesce(json_type({2},'{3}') IN ({4}),{5})",
                           value.key, value.table, value.column, value.path, value.kinds,
                           value.must ? 0 : 1));
  }
  for (const FaultCheck& check : json_list_checks()) {
    if (!faults.any()) faults.ask(database, check.what, check.sql);
  }
}

// Hashes that are made of more than one column.
void check_hashes(const Database& database, Faults& faults) {
  Statement sets = database.prepare(
      "SELECT dataset_id,hash FROM dataset WHERE dataset_id IN (SELECT dataset_id FROM item)");
  while (sets.step()) {
    if (items_hash(read_items(database, sets.integer(0))) != sets.text(1)) {
      faults.add("the items of a data set have another hash than it says: " + sets.text(1));
    }
  }
  Statement attempts = database.prepare(
      "SELECT a.attempt_id,a.output_hash,c.hash FROM attempt a JOIN cell c USING(cell_id) "
      "WHERE a.state='done'");
  while (attempts.step()) {
    if (output_hash(database, attempts.integer(0)) != attempts.text(1)) {
      faults.add("the records of a finished cell have another hash than it says: " +
                 attempts.text(2));
    }
  }
  Statement environments = database.prepare("SELECT env_id,hash FROM environment");
  while (environments.step()) {
    const std::string hash = environments.text(1);
    if (environment_hash(read_environment(database, environments.integer(0)).value()) != hash) {
      faults.add("an environment has another hash than it says: " + hash);
    }
  }
}

}  // namespace

std::vector<std::string> find_faults(const Database& database) {
  Faults faults;
  try {
    check_schema(database, faults);
    if (!faults.any()) check_structure(database, faults);
    if (!faults.any()) check_constraints(database, faults);
    if (!faults.any()) check_text(database, faults);
    for (const FaultCheck& check : fault_checks()) {
      if (!faults.any()) faults.ask(database, check.what, check.sql);
    }
    if (!faults.any()) check_values(database, faults);
    if (!faults.any()) check_hashes(database, faults);
    if (!faults.any() && is_bundle(database)) {
      for (std::string& fault : find_file_faults(database)) faults.add(std::move(fault));
    }
  } catch (const std::exception& error) {  // SQLite or the JSON in it gave up
    faults.add(fmt::format("it cannot be read: {}", error.what()));
  }
  return faults.take();
}

std::vector<std::string> find_artifact_faults(const Store& store) {
  Faults faults;
  Statement query = store.database().prepare("SELECT path,hash FROM artifact ORDER BY path");
  while (query.step()) {
    const auto file = store.artifact_folder() / query.text(0);
    if (!std::filesystem::is_regular_file(file)) {
      faults.add("a file of a training is not there: " + file.string());
    } else if (sha256_file(file) != query.text(1)) {
      faults.add("a file of a training has changed: " + file.string());
    }
  }
  return faults.take();
}

void refuse_faults(const Database& database, const std::filesystem::path& file) {
  const auto faults = find_faults(database);
  if (faults.empty()) return;
  throw Error("this is not a whole store of quadrant: " + faults[0], file.string(),
              "take a good copy of it; `quadrant doctor --store FILE` names all that is wrong");
}

}  // namespace quadrant
