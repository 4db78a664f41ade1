// The records of a run one after another, each with its cell and its item; for the formats.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/store/store.h"

namespace quadrant {

struct ExportCell {
  RunCellRow row;
  std::string split;                 // of its items: test | valid
  std::vector<std::string> metrics;  // the primary one first
  bool is_test() const { return split == "test"; }
  // The attempt's error, else its state, else that it has not begun: why an answer is missing.
  std::string why_missing() const;
};

struct ExportRun {
  const Store& store;
  RunRow row;
  std::vector<ExportCell> cells;                   // in the order of the plan
  std::map<std::int64_t, std::vector<Item>> sets;  // the cells' items, by dataset
  const std::vector<Item>& items(const ExportCell& cell) const;
};

// Error when the run is not there.
ExportRun open_run(const Store& store, std::int64_t run_id);

// In item order; failed and unscored records too. Holds one record at a time.
using RecordVisitor = std::function<void(const Item& item, const RecordRow& record)>;
void for_each_record(const ExportRun& run, const ExportCell& cell, const RecordVisitor& visit);

// Metric -> value, NaN = could not be scored; of several versions of a metric, the last.
std::map<std::string, double> latest_scores(const RecordRow& record);

// Everything that is stored of one answer, under the names of the store's columns.
nlohmann::json record_json(const ExportRun& run, const ExportCell& cell, const Item& item,
                           const RecordRow& record);

// One line of JSON. Bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::json& value, int indent = -1);

nlohmann::json null_or(const std::string& text);  // null for ""

// A name as part of a file name, reversible: ASCII other than letters, digits and - _ . becomes
// %XX, and so does a dot in front.
std::string file_name(std::string_view name);
// "rag+lora+seed0": the strategy of a cell as a file name.
std::string strategy_file_name(const ExportCell& cell);

}  // namespace quadrant
