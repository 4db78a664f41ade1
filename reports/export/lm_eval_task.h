// One task of an lm-eval export: the answerable items of a cell, or its other items; for
// lm_eval.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/core/sha256.h"
#include "reports/export/export.h"
#include "reports/export/records.h"

namespace quadrant {

class LmEvalTask {
 public:
  LmEvalTask(const ExportRun& run, const ExportCell& cell, bool answerable);

  int items() const { return items_; }  // of this kind in the suite
  const std::string& name() const { return name_; }

  // One line an answer. What follows is known afterwards.
  void write_samples(const TextSink& out);

  nlohmann::json scores() const;  // "contains,FILTER", "contains_stderr,FILTER", "alias"
  nlohmann::json config() const;
  std::string version() const { return cell_.row.cell.task_version; }
  int shots() const;
  nlohmann::json counts() const;      // original: items; effective: scored by the primary metric
  nlohmann::json directions() const;  // metric -> higher is better
  const std::string& hash() const { return hash_; }  // over the samples' hashes

 private:
  nlohmann::json sample(int number, const Item& item, const RecordRow& record, Sha256& hash);
  std::string output_type() const;
  nlohmann::json generation() const;

  const ExportRun& run_;
  const ExportCell& cell_;
  bool answerable_;
  std::string name_, filter_ = "none";
  int items_ = 0;
  std::vector<std::string> clusters_;  // of the answers written
  std::map<std::string, std::vector<double>> values_;
  std::string hash_;
};

}  // namespace quadrant
