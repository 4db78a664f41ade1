#include "rows.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "harness/run/plan.h"
#include "harness/run/rescore.h"
#include "harness/run/runner.h"
#include "harness/store/bundle.h"
#include "harness/store/run_progress.h"
#include "harness/store/sql.h"
#include "reports/compare/comparison.h"
#include "reports/model/report_model.h"
#include "reports/page/render.h"
#include "small_run.h"

namespace quadrant::fuzz {
namespace {

namespace fs = std::filesystem;

class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  bool any() const { return !bytes_.empty(); }
  std::size_t below(std::size_t count) {  // 0 when there are no more
    if (bytes_.empty() || count == 0) return 0;
    const auto value = static_cast<unsigned char>(bytes_[0]);
    bytes_.remove_prefix(1);
    return value % count;
  }
  std::string text() {
    const std::size_t size = std::min(below(64), bytes_.size());
    const std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }
  template <class T, std::size_t N>
  const T& one_of(const T (&values)[N]) {
    return values[below(N)];
  }

 private:
  std::string_view bytes_;
};

struct Column {
  std::string table, name;
  bool has_rowid = true;
};

std::vector<Column> columns_of(const Database& database) {
  std::vector<Column> columns;
  Statement query = database.prepare(
      "SELECT m.name,c.name,m.sql NOT LIKE '%WITHOUT ROWID%' FROM sqlite_schema m "
      "JOIN pragma_table_info(m.name) c WHERE m.type='table' ORDER BY m.name,c.cid");
  while (query.step()) columns.push_back({query.text(0), query.text(1), query.integer(2) != 0});
  return columns;
}

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kIntegers[] = {0,    1,          -1,           2,     3,      17,
                                      1000, 2147483648, 4294967296LL, kMost, -kMost, kMost / 2};
constexpr double kReals[] = {0,      -1,     0.5,  1e308,
                             -1e308, 1e-308, 9e15, std::numeric_limits<double>::infinity()};
const std::string kTexts[] = {"",
                              "{}",
                              "[]",
                              "null",
                              "\"x\"",
                              "[1,[2]]",
                              "true",
                              "-1e400",
                              "{\"a\":1}",
                              "../x",
                              "/etc/passwd",
                              "done",
                              "failed",
                              "running",
                              "valid",
                              "test",
                              "base",
                              "lora",
                              "latest",
                              "\xFF",
                              "a\nb",
                              "x'; DROP TABLE run;--",
                              "<script>alert(1)</script>"};
const nlohmann::json kValues[] = {nullptr,
                                  true,
                                  -1,
                                  0,
                                  kMost,
                                  1e300,
                                  "",
                                  "text",
                                  "rag",
                                  "optimised",
                                  nlohmann::json::array(),
                                  nlohmann::json::array({1, "a"}),
                                  nlohmann::json::object(),
                                  {{"kind", 1}}};

// One place in a JSON text gets another value, or goes.
std::string changed_json(const std::string& text, Choices& choices) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_structured() || json.empty()) return choices.one_of(kTexts);
  const nlohmann::json flat = json.flatten();
  auto place = flat.begin();
  std::advance(place, static_cast<std::ptrdiff_t>(choices.below(flat.size())));
  nlohmann::json::json_pointer pointer(place.key());
  for (std::size_t up = choices.below(3); up > 0 && !pointer.empty(); --up) pointer.pop_back();
  if (!pointer.empty() && choices.below(4) == 0) {
    nlohmann::json& parent = json[pointer.parent_pointer()];
    if (parent.is_object()) parent.erase(pointer.back());
  } else {
    json[pointer] = choices.one_of(kValues);
  }
  return json.dump();
}

void bind_value(Statement& update, const std::string& before, Choices& choices) {
  switch (choices.below(7)) {
    case 0:
      update.bind_null(1);
      break;
    case 1:
      update.bind(1, choices.one_of(kIntegers));
      break;
    case 2:
      update.bind(1, choices.one_of(kReals));
      break;
    case 3:
      update.bind(1, choices.text());
      break;
    case 4:
      update.bind(1, choices.one_of(kTexts));
      break;
    case 5:
      update.bind(1, std::string(100'000, choices.below(2) == 0 ? '[' : 'x'));
      break;
    default:
      update.bind(1, changed_json(before, choices));
      break;
  }
}

void change_row(Database& database, const std::vector<Column>& columns, Choices& choices) {
  const Column& column = columns[choices.below(columns.size())];
  const std::string row =
      fmt::format("(SELECT {} FROM \"{}\" LIMIT 1 OFFSET {})", column.has_rowid ? "rowid" : "1",
                  column.table, choices.below(4));
  std::string before;
  {
    Statement query = database.prepare(
        fmt::format("SELECT CAST(\"{}\" AS TEXT) FROM \"{}\"{}", column.name, column.table,
                    column.has_rowid ? " WHERE rowid=" + row : " LIMIT 1"));
    if (query.step()) before = query.text(0);
  }
  try {
    Statement update =
        database.prepare(fmt::format("UPDATE OR IGNORE \"{}\" SET \"{}\"=?1{}", column.table,
                                     column.name, column.has_rowid ? " WHERE rowid=" + row : ""));
    bind_value(update, before, choices);
    update.run();
  } catch (const Bug&) {
    // A value of a kind that this column does not take.
  }
}

// What is known by its hash, as one who changed it would know it.
void make_hashes_fit(Database& database) {
  for (const char* sql :
       {"UPDATE OR IGNORE blob SET hash=sha256(body),bytes=length(CAST(body AS BLOB))",
        "UPDATE OR IGNORE experiment SET config_hash=sha256(config)",
        "UPDATE OR IGNORE cell SET hash=sha256(spec)",
        "UPDATE OR IGNORE strategy SET hash=sha256(context||char(10)||model)",
        "UPDATE OR IGNORE training SET hash=sha256(config)",
        "UPDATE OR IGNORE lock SET hash=sha256(spec)"}) {
    database.execute(sql);
  }
  const auto set = [&](const char* sql, const std::string& hash, std::int64_t id) {
    database.prepare(sql).bind(1, hash).bind(2, id).run();
  };
  const auto ids = [&](const char* sql) {
    std::vector<std::int64_t> found;
    Statement query = database.prepare(sql);
    while (query.step()) found.push_back(query.integer(0));
    return found;
  };
  for (const auto id : ids("SELECT DISTINCT dataset_id FROM item")) {
    set("UPDATE OR IGNORE dataset SET hash=? WHERE dataset_id=?",
        items_hash(read_items(database, id)), id);
  }
  for (const auto id : ids("SELECT attempt_id FROM attempt WHERE state='done'")) {
    set("UPDATE attempt SET output_hash=? WHERE attempt_id=?", output_hash(database, id), id);
  }
  for (const auto id : ids("SELECT env_id FROM environment")) {
    set("UPDATE OR IGNORE environment SET hash=? WHERE env_id=?",
        environment_hash(read_environment(database, id).value()), id);
  }
}

void change(const fs::path& bundle, std::string_view bytes) {
  constexpr int kMostChanges = 8;
  Choices choices(bytes);
  Database database(bundle, Database::Mode::kReadWrite);
  database.execute("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY");
  const auto columns = columns_of(database);
  for (int i = 0; i < kMostChanges && choices.any(); ++i) change_row(database, columns, choices);
  try {
    make_hashes_fit(database);
  } catch (const std::exception&) {
    // Something else in it is so wrong that there is no hash of it.
  }
}

// Everything that a person may do with a run. Each step may say that it cannot.
void use_runs(Store& store) {
  ReportOptions options;
  options.samples = SampleChoice::kAll;
  options.resamples = 20;
  for (const RunRow& run : store.runs()) {
    const std::function<void()> uses[] = {
        [&] { stored_experiment(store, run.id); },
        [&] { plan_options(nlohmann::json::parse(store.run(run.id).options)); },
        [&] { rescore_run(store, run.id); },
        [&] { run_progress(store.database(), run.id); },
        [&] { render_report({load_report_model(store, run.id, options)}); },
        [&] { comparison_text(compare_stored_runs(store, run.id, run.id), 80); }};
    for (const auto& use : uses) {
      try {
        use();
      } catch (const Error&) {
        // It was said what is wrong.
      }
    }
  }
}

}  // namespace

void run_bundle_rows(std::string_view bytes) {
  static const fs::path folder = [] {
    fs::path path = fs::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    path /= fmt::format("quadrant-fuzz-rows-{}", ::getpid());
    fs::create_directories(path);
    write_small_bundle(path, path / "whole.qbundle");
    return path;
  }();
  const fs::path file = folder / "changed.qbundle";
  fs::copy_file(folder / "whole.qbundle", file, fs::copy_options::overwrite_existing);
  change(file, bytes);
  const Store bundle(file);
  fs::remove_all(folder / "into");
  fs::create_directories(folder / "into");
  Store store(folder / "into/store.db", Store::Open::kCreate);
  import_bundle(store, bundle);
  use_runs(store);
}

}  // namespace quadrant::fuzz
