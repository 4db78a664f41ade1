// A bundle: runs in one file, with what another machine needs to report and to repeat them.
//
// It is a store (the same tables, one SQLite file) plus the files of the runs' own suites and, if
// wanted, their adapters, in the table that `sqlite3 -A` calls an archive. It is told from a store
// by PRAGMA application_id, is only ever read, and is checked whole whenever it is opened: names
// that lead outside, links, packed contents (there are none, so nothing can swell) and whatever
// else faults.h lists are refused. Weights of base models are not in it; their hashes are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harness/store/merge.h"
#include "harness/store/store.h"

namespace quadrant {

inline constexpr int kBundleId = 0x51444E42;  // PRAGMA application_id, "QDNB"
inline constexpr const char* kBundleSchema =  // as `sqlite3 -A` makes it
    "CREATE TABLE sqlar(name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB)";

bool is_bundle(const std::filesystem::path& file);  // by its first bytes
bool is_bundle(const Database& database);

// An input of a run that is a file of a suite: "suite NAME/FILE" taken apart.
struct SuiteFile {
  std::string suite;
  InputRow file;  // its name is relative to the suite's folder
};
std::optional<SuiteFile> suite_file(const InputRow& input);  // empty: it is something else

// "suites/<hash over names and hashes>", where an imported suite lies in the artifact folder.
// `files`: of one suite, names relative to it.
std::filesystem::path suite_place(std::span<const InputRow> files);

// Where the suites of a run lie once they are imported, relative to the artifact folder.
std::vector<std::filesystem::path> suite_places(const Store& store, std::int64_t run_id);

struct BundleContents {
  std::int64_t runs = 0, suite_files = 0, adapter_files = 0, bytes = 0;
};
// Whole or not there. Error when a suite's file is not what it was when the run read it.
BundleContents write_bundle(const Store& store, std::span<const std::int64_t> runs, bool adapters,
                            const std::filesystem::path& file);

// Takes a bundle's runs into a store, and its files into the store's artifact folder.
struct Imported {
  Merged merged;
  std::int64_t files = 0;
};
Imported import_bundle(Store& into, const Store& bundle);

// What is wrong with the files in a bundle, one sentence each.
std::vector<std::string> find_file_faults(const Database& bundle);

}  // namespace quadrant
