// The keys of a task, and what they make of a document.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::lm_eval {

class TaskKeys {
 public:
  // Error for a key that is not known.
  TaskKeys(nlohmann::json keys, std::filesystem::path file);

  bool has(const std::string& key) const;                     // and it is not null
  const nlohmann::json& value(const std::string& key) const;  // Error: not there
  std::string text(const std::string& key, const std::string& otherwise) const;
  // Error unless the key has this value: settings of prompts that a suite cannot have otherwise.
  void require(const std::string& key, const std::string& wanted) const;
  const std::filesystem::path& file() const { return file_; }
  [[noreturn]] void refuse(const std::string& key, const std::string& problem,
                           const std::string& mend) const;

 private:
  std::shared_ptr<const nlohmann::json> keys_;
  std::filesystem::path file_;
};

// Kind, output type, metrics, and how answers end. Returns what is the same in each item's meta.
std::map<std::string, std::string> read_answers(const TaskKeys& task, Suite& suite);

// Question, choices and target of a document, by doc_to_text (empty when there is none),
// doc_to_choice and doc_to_target.
Item read_item(const TaskKeys& task, const nlohmann::json& document, std::size_t number);

// dataset_kwargs.data_files of a split: one file, or several.
std::vector<std::filesystem::path> files_of(const TaskKeys& task, const std::string& split);

}  // namespace quadrant::lm_eval
